#!/bin/sh
# Makes what the lab's hosts boot from as machines: vmlinux, initrd, disk.img (a small Debian server with its own kernel
# and an offline package repository) and tools.img in an empty directory. Called by lab/vm-image.ts through
# lab/images.ts. Each line on stdout is a step that has just ended.
#
#   vm-image.sh RELEASE DIRECTORY BASE FULL MIRROR
#
# BASE and FULL are images of lab/image.sh and stay as they are. MIRROR may be empty: then debootstrap's default is taken.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
release=$1 directory=$2 base=$3 full=$4 mirror=$5
[ -n "$mirror" ] || mirror=$(sed -n 's/^DEF_MIRROR="\(.*\)"$/\1/p' /usr/sbin/debootstrap)

# Removed by its name with the rest of a build cut short.
work=$directory.work
mkdir -p "$work/upper" "$work/work" "$work/root" "$work/tools-upper" "$work/tools-work"
root=$work/root

# Debian's file system at $root with what is written going to two other directories; dpkg's flushes cost nothing there.
layer() { # IMAGE UPPER WORK
  mount -t overlay -o "volatile,lowerdir=$1,upperdir=$work/$2,workdir=$work/$3" lab "$root"
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  cp "$root/etc/apt/sources.list" "$work/sources.list"
  echo "deb $mirror $release main" >"$root/etc/apt/sources.list"
}
in_root() {
  chroot "$root" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}
install() {
  {
    in_root apt-get -qq update
    in_root INITRD=No apt-get -qq -y --no-install-recommends install "$@"
  } >"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    exit 1
  }
}

# Programs of which nothing may stay in the hosts' disk.
layer "$full" tools-upper tools-work
install busybox-static xz-utils zstd
cp "$root/usr/bin/busybox" "$work/busybox"
find "$root/var/lib/apt/lists" "$root/var/cache/apt" -type f -delete
umount "$root/dev" "$root/proc" "$root"
mount -t overlay -o "ro,lowerdir=$work/tools-upper:$full" lab "$root"
mke2fs -q -t ext4 -O ^has_journal,^resize_inode -m 0 -d "$root" "$directory/tools.img" 1G >/dev/null
umount "$root"
echo "tools packed"

layer "$base" upper work
cat >"$root/usr/sbin/policy-rc.d" <<'END'
#!/bin/sh
exit 101
END
chmod 755 "$root/usr/sbin/policy-rc.d"
# The lab's own initrd is enough, and an emulated processor takes ten seconds to unpack and run Debian's.
install linux-image-cloud-amd64 udev
rm "$root/usr/sbin/policy-rc.d"
echo "kernel installed"

kernel=$(basename "$root"/usr/lib/modules/*)
in_tools() {
  mkdir -p "$work/tools"
  [ -e "$work/tools/usr" ] || mount -t overlay -o "ro,lowerdir=$work/tools-upper:$full" lab "$work/tools"
  chroot "$work/tools" /usr/bin/env PATH=/usr/sbin:/usr/bin "$@"
}

# The compressed kernel inside of vmlinuz, at the place that its header tells (the kernel's Documentation/arch/x86/boot):
# unpacked here once instead of by an emulated processor at each boot. Its last four bytes are its size.
number() { od -An -v -t "u$2" -j "$1" -N "$2" "$root/boot/vmlinuz-$kernel" | tr -d ' '; }
start=$((($(number 497 1) + 1) * 512 + $(number 584 4)))
tail -c "+$((start + 1))" "$root/boot/vmlinuz-$kernel" | head -c "$(($(number 588 4) - 4))" |
  in_tools zstd -d -q -c >"$directory/vmlinux"
echo "kernel unpacked"

# The initrd holds what finds the disk, and lays what makes a host this one over it at its first boot: nothing else.
mkdir -p "$work/initrd/bin" "$work/initrd/dev" "$work/initrd/root"
cp "$work/busybox" "$work/initrd/bin/"
# modules LIST MODULE…: lays modules, and all that they depend on, into the initrd, in the order in which they load.
modules() {
  list=$1
  shift
  in_root modprobe --set-version "$kernel" --show-depends --all "$@" >"$work/depends"
  sed -n 's/^insmod \([^ ]*\).*/\1/p' "$work/depends" | awk '!seen[$0]++' >"$work/files"
  while read -r module; do
    plain=$(basename "$module" .xz)
    [ ! -e "$work/initrd/$plain" ] || continue
    in_tools xz -d -c <"$root$module" >"$work/initrd/$plain"
    echo "$plain" >>"$work/initrd/$list"
  done <"$work/files"
}
modules modules virtio_pci virtio_blk virtio_net virtio_rng ext4
modules line-modules bridge sch_netem
cat >"$work/initrd/init" <<'END'
#!/bin/busybox sh
PATH=/bin
load() { while read -r module; do busybox insmod "/$module"; done <"/$1"; }
busybox mount -t devtmpfs dev /dev
if [ "$lab" = probe ]; then
  echo lab-probe-ok >/dev/ttyS0
  exec busybox poweroff -f
fi
load modules
if [ "$lab" = line ]; then
  # No host but a piece of cable: what comes in at one port goes out at the other, late, or not at all.
  load line-modules
  busybox mount -o ro -t ext4 /dev/vda /root
  busybox mount -t proc proc /root/proc
  exec busybox chroot /root /bin/sh -euc '
    export PATH=/usr/sbin:/usr/bin
    ip link add line type bridge mcast_snooping 0 forward_delay 0
    for port in eth0 eth1; do
      tc qdisc add dev "$port" root netem limit 10000 $line
      ip link set "$port" master line up
    done
    ip link set line up
    echo lab-line-ok
    sleep infinity
  ' >/dev/ttyS0 2>&1
fi
busybox mount -t ext4 /dev/vda /root
[ -s /root/etc/machine-id ] || busybox tar -xf /dev/vdb -C /root
busybox mount --move /dev /root/dev
exec busybox switch_root /root /sbin/init
END
chmod 755 "$work/initrd/init"
# An emulated processor needs as long to unpack a module as this one for twenty.
find "$root/usr/lib/modules" -name '*.ko.xz' | sed "s|^$root|/mnt|" >"$work/packed"
mount --bind "$root" "$work/tools/mnt"
in_tools xargs xz -d <"$work/packed"
umount "$work/tools/mnt"
in_root depmod "$kernel"
echo "modules unpacked"

(cd "$work/initrd" && find . | "$work/busybox" cpio -o -H newc) >"$directory/initrd"

# The lab's own way in, by a port and in a network namespace that the host's network knows nothing of.
mkdir -p "$root/usr/lib/lab"
cat >"$root/usr/lib/lab/control" <<'END'
#!/bin/sh
set -eu
mkdir -p /run/sshd /run/lab/tools
mount -o ro /dev/vdc /run/lab/tools
mount -t proc proc /run/lab/tools/proc
mount --bind /dev /run/lab/tools/dev
n=0
until [ -e /sys/class/net/lab0 ]; do
  n=$((n + 1))
  [ "$n" -lt 300 ] || exit 1
  sleep 0.1
done
ip netns add lab
ip link set lab0 netns lab
ip -n lab address add 169.254.77.2/30 dev lab0
ip -n lab link set lab0 up
exec nsenter --net=/run/netns/lab /usr/sbin/sshd -D -f /usr/lib/lab/sshd_config
END
chmod 755 "$root/usr/lib/lab/control"
cat >"$root/usr/lib/lab/sshd_config" <<'END'
HostKey /etc/lab/host_key
AuthorizedKeysFile /etc/lab/authorized_keys
PidFile none
UsePAM no
UseDNS no
LogLevel QUIET
MaxSessions 1000
MaxStartups 1000
PerSourcePenalties no
PrintMotd no
PrintLastLog no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
END
cat >"$root/etc/systemd/system/lab-control.service" <<'END'
[Unit]
Description=Way in for the lab
After=systemd-udev-trigger.service
[Service]
ExecStart=/usr/lib/lab/control
KillMode=process
[Install]
WantedBy=multi-user.target
END
in_root systemctl -q enable lab-control.service
# Each unit costs an emulated processor a tenth of a second, and nobody here needs these.
in_root systemctl -q mask getty@tty1.service serial-getty@ttyS0.service systemd-pstore.service \
  sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount \
  dev-hugepages.mount dev-mqueue.mount proc-sys-fs-binfmt_misc.automount systemd-binfmt.service \
  systemd-network-generator.service systemd-udev-load-credentials.service systemd-hwdb-update.service \
  systemd-networkd-persistent-storage.service systemd-remount-fs.service systemd-random-seed.service \
  systemd-hibernate-clear.service systemd-pcrextend.socket systemd-pcrlock.socket systemd-sysext.socket \
  systemd-creds.socket systemd-initctl.socket systemd-ask-password-console.path \
  systemd-ask-password-wall.path modprobe@drm.service
# So does each generator, and once more whenever units are read anew.
mkdir -p "$root/etc/systemd/system-generators"
for generator in debug gpt-auto hibernate-resume rc-local run ssh system-update tpm2; do
  ln -s /dev/null "$root/etc/systemd/system-generators/systemd-$generator-generator"
done
# Of the hundreds of devices of a machine, those that somebody waits for or that have a driver to load.
mkdir "$root/etc/systemd/system/systemd-udev-trigger.service.d"
cat >"$root/etc/systemd/system/systemd-udev-trigger.service.d/lab.conf" <<'END'
[Service]
ExecStart=
ExecStart=udevadm trigger --action=add --subsystem-match=net --subsystem-match=block --subsystem-match=virtio
END
# What nobody needs to log in comes after that.
mkdir "$root/etc/systemd/system/systemd-logind.service.d"
cat >"$root/etc/systemd/system/systemd-logind.service.d/lab.conf" <<'END'
[Unit]
After=ssh.service lab-control.service
END
flush=systemd/system/systemd-journal-flush.service
sed -e '/^Before=systemd-tmpfiles-setup/d' -e '/^\[Unit\]/a After=ssh.service lab-control.service' \
  "$root/usr/lib/$flush" >"$root/etc/$flush"

cp "$work/sources.list" "$root/etc/apt/sources.list"
in_root apt-get -qq update
rm -rf "$root/etc/resolv.conf" "$root/etc/machine-id" "$root"/var/cache/apt/archives/*.deb
find "$root/boot" -type f -delete
# The jobs of the first boot of an installation are done.
in_root ldconfig
touch "$root/etc/.updated" "$root/var/.updated"
umount "$root/dev" "$root/proc"
mke2fs -q -t ext4 -O ^resize_inode -m 0 -d "$root" "$directory/disk.img" 3G >/dev/null
umount "$root" "$work/tools"
rm -rf "$work"
echo "disk made"
