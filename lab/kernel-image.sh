#!/bin/sh
# Makes what a machine with Debian's own kernel boots from: vmlinux, initrd and disk.img in an empty directory. Called
# by lab/kernel.ts through lab/images.ts, which names the directory by the content of this file. Each line on stdout is
# a step that has just ended.
#
#   kernel-image.sh RELEASE DIRECTORY IMAGE MIRROR
#
# IMAGE is a full image of lab/image.sh and stays as it is. MIRROR may be empty: then debootstrap's default is taken.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
release=$1 directory=$2 image=$3 mirror=$4
[ -n "$mirror" ] || mirror=$(sed -n 's/^DEF_MIRROR="\(.*\)"$/\1/p' /usr/sbin/debootstrap)

# Removed by its name with the rest of a build cut short.
work=$directory.work
mkdir -p "$work/upper" "$work/work" "$work/root"
root=$work/root
# dpkg flushes every file to disk; below a volatile overlay that costs nothing.
mount -t overlay -o "volatile,lowerdir=$image,upperdir=$work/upper,workdir=$work/work" lab "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"

in_root() {
  chroot "$root" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}

cp -L /etc/resolv.conf "$root/etc/resolv.conf"
echo "deb $mirror $release main" >"$root/etc/apt/sources.list"
{
  in_root apt-get -qq update
  # Debian's own initrd is not used: an emulated processor takes ten seconds to unpack and run it.
  in_root INITRD=No apt-get -qq -y --no-install-recommends install \
    busybox-static linux-image-cloud-amd64 xz-utils zstd
} >"$work/log" 2>&1 || {
  tail -n 20 "$work/log" >&2
  exit 1
}
echo "kernel installed"

kernel=$(basename "$root"/usr/lib/modules/*)

# The compressed kernel inside of vmlinuz, at the place that its header tells (the kernel's Documentation/arch/x86/boot):
# unpacked here once instead of by an emulated processor at each boot. Its last four bytes are its size.
number() { od -An -v -t "u$2" -j "$1" -N "$2" "$root/boot/vmlinuz-$kernel" | tr -d ' '; }
start=$((($(number 497 1) + 1) * 512 + $(number 584 4)))
tail -c "+$((start + 1))" "$root/boot/vmlinuz-$kernel" | head -c "$(($(number 588 4) - 4))" |
  in_root zstd -d -q -c >"$directory/vmlinux"
echo "kernel unpacked"

# The initrd holds what finds this disk, nothing else.
mkdir -p "$work/initrd/bin" "$work/initrd/proc" "$work/initrd/dev" "$work/initrd/root"
cp "$root/usr/bin/busybox" "$work/initrd/bin/"
in_root modprobe --set-version "$kernel" --show-depends --all virtio_pci virtio_blk ext4 >"$work/depends"
sed -n 's/^insmod \([^ ]*\).*/\1/p' "$work/depends" | awk '!seen[$0]++' >"$work/files"
while read -r module; do
  plain=$(basename "$module" .xz)
  in_root xz -d -c "$module" >"$work/initrd/$plain"
  echo "$plain" >>"$work/initrd/modules"
done <"$work/files"
cat >"$work/initrd/init" <<'EOF'
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
while read -r module; do /bin/busybox insmod "/$module"; done </modules
/bin/busybox mount -t ext4 /dev/vda /root
/bin/busybox mount --move /dev /root/dev
exec /bin/busybox switch_root /root /usr/sbin/lab-init
EOF
chmod 755 "$work/initrd/init"
(cd "$work/initrd" && find . | "$root/usr/bin/busybox" cpio -o -H newc) >"$directory/initrd"

# A machine without a network, which only does what it is told: no daemon, no devices to name, no first boot.
find "$root/usr/lib/systemd/system/sysinit.target.wants" "$root/etc/systemd/system" -type l \
  ! -name systemd-sysctl.service ! -name systemd-journald.service -delete
in_root systemd-machine-id-setup
# The second disk is a tar archive: the files of this boot, at their places before systemd reads its units.
cat >"$root/usr/sbin/lab-init" <<'EOF'
#!/bin/sh
tar -xf /dev/vdb -C / --no-overwrite-dir && exec /sbin/init
EOF
chmod 755 "$root/usr/sbin/lab-init"

rm -rf "$root/etc/resolv.conf" "$root/var/lib/apt/lists" "$root/var/cache/apt"
find "$root/boot" -type f -delete
umount "$root/dev" "$root/proc"
# Without a journal and never resized; what a boot writes is thrown away.
mke2fs -q -t ext4 -O ^has_journal,^resize_inode -m 0 -d "$root" "$directory/disk.img" 2G >/dev/null
umount "$root"
rm -rf "$work"
echo "disk made"
