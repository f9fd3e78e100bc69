#!/bin/sh
# Process 1 of a lab host, in fresh mount, pid, uts and ipc namespaces and the host's network namespace:
# what firmware, kernel and init system do on a real one. host.ts starts it; killing it is a power cut.
#
#   host-boot.sh DIRECTORY NODE_NAME [PATH PLACE]...
#
# DIRECTORY holds the host's disk. Each PATH is shown at PLACE as well, below what is about to cover it.
set -eu
directory=$1 name=$2
shift 2

# /proc is still the machine's: our number there, and the namespace that tells whether the number is still us.
read -r number rest </proc/self/stat
echo "$number $(readlink /proc/self/ns/pid)" >"$directory/init.new"
mv "$directory/init.new" "$directory/init"

# Names of other namespaces seen from here would keep those alive.
umount -R -l /run/netns 2>/dev/null || :

mkdir -p "$directory/run" "$directory/tmp"
mount -t tmpfs -o mode=0755 tmpfs "$directory/run"
mount -t tmpfs -o mode=1777 tmpfs "$directory/tmp"
while [ $# -gt 0 ]; do
  mkdir -p "$2"
  mount --rbind "$1" "$2"
  shift 2
done
mkdir -p /etc "$directory/run/sshd" "$directory/run/lock"
mount --rbind "$directory/etc" /etc
mount --rbind "$directory/var-lib" /var/lib
mount --rbind "$directory/var-log" /var/log
mount --rbind "$directory/tmp" /tmp
mount --rbind "$directory/run" /run # last: the host's directory lies under it
mount -t proc proc /proc
mount -t sysfs sysfs /sys
echo "$name" >/proc/sys/kernel/hostname

cd /
umask 022
sshd=$(command -v sshd)
"$sshd" -D -e >>/var/log/sshd.log 2>&1 &

# An init system would start the daemons of a node that belongs to a cluster, and of no other. The pid file is
# the one that `quorate` itself writes: the number and, since numbers come again, the moment of the start.
start() {
  daemon=$1
  setsid "quorate-$daemon" </dev/null >>"/var/log/quorate/$daemon.log" 2>&1 &
  status=$(cat "/proc/$!/stat")
  set -- ${status##*) }
  shift 19
  printf '%s\n%s\n' "$!" "$1" >"/run/quorate/$daemon.pid"
}
if [ -e /var/lib/quorate/node.pem ]; then
  mkdir -p /run/quorate
  mkdir -p -m 0750 /var/log/quorate
  start noded
  start masterd
fi

# Whoever loses its parent is ours now; waiting for one child lets the shell collect them all.
while :; do
  sleep 86400
done
