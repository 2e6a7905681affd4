#!/bin/sh
# Builds one root file system of the lab into an empty directory. Called by lab/image.ts, which names the directory by
# the content of this file, so that an edit here builds anew. Each line on stdout is a step that has just ended.
#
#   image.sh base RELEASE DIRECTORY MIRROR PACKAGE…   a small Debian server, and PACKAGE… to install offline
#   image.sh full RELEASE DIRECTORY BASE PACKAGE…     a copy of the image in BASE with PACKAGE… installed, none started
#
# MIRROR may be empty: debootstrap knows a default. lab/image.ts runs it in a mount and process namespace of its own, so
# that a build cut short leaves no mount behind.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

kind=$1 release=$2 root=$3
shift 3
server="systemd,systemd-sysv,dbus,openssh-server,iproute2,iputils-ping,ca-certificates,procps,kmod,netbase"

in_root() {
  chroot "$root" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}

mount_kernel() {
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
}
unmount_kernel() {
  umount "$root/dev" "$root/proc"
}

# dpkg flushes every file to disk; below a volatile overlay that costs nothing, and a build cut short is thrown away.
mount_volatile() {
  mkdir "$root.empty" "$root.work" "$root.root"
  mount -t overlay -o "volatile,lowerdir=$root.empty,upperdir=$root,workdir=$root.work" lab "$root.root"
  upper=$root root=$root.root
}
unmount_volatile() {
  umount "$root"
  rm -rf "$upper.empty" "$upper.work" "$upper.root"
}

no_daemons() {
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
}

# What of the wanted packages this release knows: a name may come or go between releases.
known_packages() {
  for package in "$@"; do
    if in_root apt-cache show "$package" >/dev/null 2>&1; then
      echo "$package"
    else
      echo "note: $release has no package $package" >&2
    fi
  done
}

make_base() {
  mirror=$1
  shift
  mount_volatile
  debootstrap --variant=minbase --include="$server" "$release" "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 || {
    tail -n 20 "$root.log" >&2
    exit 1
  }
  rm -f "$root.log"
  in_root apt-get clean
  echo "Debian installed"

  mount_kernel
  no_daemons
  # A host is thrown away, so no flush to disk per unpacked file.
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/lab"
  in_root apt-get -qq update
  packages=$(known_packages "$@")
  # shellcheck disable=SC2086 # one word per package
  in_root apt-get -qq -y --no-install-recommends --download-only install $packages >/dev/null
  echo "packages downloaded"

  mkdir -p "$root/srv/packages"
  mv "$root"/var/cache/apt/archives/*.deb "$root/srv/packages/"
  (cd "$root/srv/packages" && apt-ftparchive packages . >Packages)
  echo "deb [trusted=yes] file:/srv/packages ./" >"$root/etc/apt/sources.list"
  rm -rf "$root"/var/lib/apt/lists/* "$root"/etc/apt/sources.list.d/*
  in_root apt-get -qq update

  # As on a cloud image: networkd configures the interfaces, root logs in by key, keys and identity come at first boot.
  in_root systemctl -q enable systemd-networkd.service
  in_root systemctl -q mask apt-daily.timer apt-daily-upgrade.timer fstrim.timer e2scrub_all.timer dpkg-db-backup.timer
  rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/machine-id" "$root/var/lib/dbus/machine-id" "$root/etc/resolv.conf"
  mkdir -p "$root/root/.ssh"
  chmod 700 "$root/root/.ssh"
  rm "$root/usr/sbin/policy-rc.d"
  unmount_kernel
  unmount_volatile
  echo "offline package repository made"
}

make_full() {
  base=$1
  shift
  cp -a --reflink=auto "$base/." "$root/"
  mount_volatile
  mount_kernel
  no_daemons
  packages=$(known_packages "$@")
  # shellcheck disable=SC2086 # one word per package
  in_root apt-get -qq -y --no-install-recommends install $packages >"$root.log" 2>&1 || {
    tail -n 20 "$root.log" >&2
    exit 1
  }
  # What the packages enable at boot, beyond what the server had.
  (cd "$root/etc/systemd/system/multi-user.target.wants" && ls) | while read -r unit; do
    [ -e "$base/etc/systemd/system/multi-user.target.wants/$unit" ] || [ -L "$base/etc/systemd/system/multi-user.target.wants/$unit" ] ||
      in_root systemctl -q disable "$unit"
  done
  rm -rf "$root.log" "$root/srv/packages" "$root"/var/lib/apt/lists/*
  mkdir -p "$root/srv/lab"
  unmount_kernel
  unmount_volatile
  echo "packages installed"
}

case $kind in
  base) make_base "$@" ;;
  full) make_full "$@" ;;
  *)
    echo "image.sh: unknown kind $kind" >&2
    exit 2
    ;;
esac
