#!/bin/sh
# in-image.sh IMAGE DIRECTORY COMMAND…: runs COMMAND in a throwaway copy of the root file system IMAGE, with DIRECTORY
# as /srv/lab in it. To be called in a mount namespace of its own (ip netns exec and unshare make one): whatever the
# command writes elsewhere and all mounts made here are gone with the process.
set -eu
image=$1 directory=$2
shift 2
mount --make-rprivate /
directory=$(cd "$directory" && pwd -P)
# /mnt exists on every Debian; nobody outside this mount namespace sees what is mounted there.
mount -t tmpfs lab /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$image,upperdir=/mnt/upper,workdir=/mnt/work" lab /mnt/root
mount --rbind /dev /mnt/root/dev
mount -t proc proc /mnt/root/proc
mount -t sysfs sysfs /mnt/root/sys
mkdir -p /mnt/root/srv/lab
mount --bind "$directory" /mnt/root/srv/lab
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
exec chroot /mnt/root "$@"
