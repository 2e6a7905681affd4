#!/bin/sh
# Makes what a machine with Debian's own kernel and Jool boots from: vmlinux, initrd and disk.img in an empty directory.
# Called by lab/kernel.ts through lab/images.ts, which names the directory by the content of this file. Each line on
# stdout is a step that has just ended.
#
#   jool-image.sh RELEASE DIRECTORY KERNEL MIRROR
#
# KERNEL is what lab/kernel-image.sh made, and stays as it is. MIRROR may be empty: then debootstrap's default is taken.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
release=$1 directory=$2 image=$3 mirror=$4
[ -n "$mirror" ] || mirror=$(sed -n 's/^DEF_MIRROR="\(.*\)"$/\1/p' /usr/sbin/debootstrap)

# Removed by its name with the rest of a build cut short.
work=$directory.work
root=$work/root
mkdir -p "$root"
debugfs -R "rdump / $root" "$image/disk.img" >"$work/log" 2>&1
rm -rf "$root/lost+found"
[ -x "$root/usr/bin/dpkg" ] || {
  tail -n 20 "$work/log" >&2
  exit 1
}
echo "disk read"

mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"

in_root() {
  chroot "$root" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}

kernel=$(basename "$root"/usr/lib/modules/*)
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
echo "deb $mirror $release main" >"$root/etc/apt/sources.list"
# shellcheck disable=SC2016 # for dpkg-query
installed() { in_root dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii  *//p' | sort; }
installed >"$work/before"
{
  in_root apt-get -qq update
  in_root apt-get -qq -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io install \
    "linux-headers-$kernel" jool-dkms jool-tools traceroute
  # A package's script may have built for the kernel that runs here, which is another one.
  in_root dkms autoinstall -k "$kernel"
  in_root depmod "$kernel"
} >"$work/log" 2>&1 || {
  tail -n 20 "$work/log" >&2
  echo "headers of $kernel may be gone from the mirror: remove $image and try again" >&2
  exit 1
}
in_root modinfo -k "$kernel" jool >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  exit 1
}
echo "module built"

# What built it is large, and an emulated disk need not have it: only the module, the tools and what those need stay.
find "$root/usr/lib/modules/$kernel/updates" -name '*.ko*' -exec cp --parents -t "$work" {} +
installed | comm -13 "$work/before" - | grep -vxE 'jool-tools|libnl.*|libxtables.*|traceroute' >"$work/builders"
# shellcheck disable=SC2046 # one package a word
in_root dpkg --purge --force-all $(cat "$work/builders") >"$work/log" 2>&1 || {
  tail -n 20 "$work/log" >&2
  exit 1
}
mkdir -p "$root/usr/lib/modules/$kernel/updates"
cp -R "$work$root/usr/lib/modules/$kernel/updates/." "$root/usr/lib/modules/$kernel/updates/"
in_root depmod "$kernel"

rm -rf "$root/etc/resolv.conf" "$root/var/lib/apt/lists" "$root/var/cache/apt" "$root/usr/src" "$root/var/lib/dkms"
umount "$root/dev" "$root/proc"
mke2fs -q -t ext4 -O ^has_journal,^resize_inode -m 0 -d "$root" "$directory/disk.img" 2G >/dev/null
cp "$image/vmlinux" "$image/initrd" "$directory/"
rm -rf "$work"
echo "disk made"
