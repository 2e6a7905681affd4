#!/bin/sh
# Fills an empty directory with an apt repository of what a host needs for Jool's module: DKMS, a compiler and the headers of
# its kernel, too much for the disk of every host. Beside it lies the module, built here, as DKMS hands built modules on
# (dkms(8), mktarball). Called by lab/jool-packages.ts through lab/images.ts, which names the directory by the content of
# this file. Each line on stdout is a step that has just ended.
#
#   jool-packages.sh RELEASE DIRECTORY BASE KERNEL MIRROR
#
# BASE is an image of lab/image.sh and stays as it is. MIRROR may be empty: then debootstrap's default is taken.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
release=$1 directory=$2 base=$3 kernel=$4 mirror=$5
[ -n "$mirror" ] || mirror=$(sed -n 's/^DEF_MIRROR="\(.*\)"$/\1/p' /usr/sbin/debootstrap)

# Removed by its name with the rest of a build cut short.
work=$directory.work
root=$work/root
mkdir -p "$work/upper" "$work/work" "$root"
mount -t overlay -o "volatile,lowerdir=$base,upperdir=$work/upper,workdir=$work/work" lab "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
in_root() {
  chroot "$root" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}
or_say() {
  "$@" >"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    echo "headers of $kernel may be gone from the mirror: remove the image of the machines and try again" >&2
    exit 1
  }
}

cp -L /etc/resolv.conf "$root/etc/resolv.conf"
echo "deb $mirror $release main" >"$root/etc/apt/sources.list"
or_say in_root apt-get -qq update
set -- jool-dkms jool-tools "linux-headers-$kernel" linux-headers-cloud-amd64
or_say in_root apt-get -qq -y --no-install-recommends --download-only install "$@"
# The kernel itself is there.
find "$root/var/cache/apt/archives" -name '*.deb' ! -name 'linux-image-*' -exec cp -t "$directory" {} +
(cd "$directory" && apt-ftparchive packages . >Packages)
echo "packages downloaded"

or_say in_root INITRD=No apt-get -qq -y --no-install-recommends install "$@"
# A package's script may have built for the kernel that runs here, which is another one.
or_say in_root dkms autoinstall -k "$kernel"
version=$(in_root dkms status jool -k "$kernel" | sed -n 's/^jool\/\([^,]*\),.*: installed.*/\1/p')
or_say in_root dkms mktarball -m jool -v "$version" -k "$kernel" --archive "/root/jool-$version.dkms.tar.gz"
mv "$root/root/jool-$version.dkms.tar.gz" "$directory/"
umount "$root/dev" "$root/proc" "$root"
rm -rf "$work"
echo "module built"
