# root.bash - a fresh Debian in a directory, for tests of the whole
# shellcheck shell=bash disable=SC1091,SC2154
#
# load root, after servers
#
# Of the release RELEASE; tests/deps makes it once by debootstrap(8).

: "${RELEASE:=$(. /etc/os-release && echo "$VERSION_CODENAME")}"
roots=/opt/heloise-roots

# fresh_root [FILE]: make $root, if a server runs and FILE is there, too.
# Otherwise $why says why not.
fresh_root()
{
	local file tar=$roots/$RELEASE.tar

	for file in "$tar" "$@"; do
		if [ -z "$why" ] && [ ! -e "$file" ]; then
			why="no $file here: sh tests/deps interop"
			export why
			echo "$why" >&2
			[ -z "${CI-}" ] || return
		fi
	done
	[ -z "$why" ] || return 0
	root=$(mktemp -d "$roots/$RELEASE.XXXXXX")
	export root
	tar -C "$root" -xf "$tar"
}

remove_root()
{
	[ -z "${root-}" ] || rm -rf --one-file-system "$root"
}

# Set $enter to the start of a command that runs in the root, on the host
# app.example.org.  The host of the test sees nothing that it mounts.
entrance()
{
	# shellcheck disable=SC2016	# for the inner shell
	enter=(unshare -mu sh -c 'hostname app.example.org && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
	    "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	    HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive)
}

inside()
{
	local enter

	entrance
	${become-} "${enter[@]}" "$@"
}

# The relay has this name there, and an authority that the system trusts.
knows_relay()
{
	echo "$addr relay.example.org" >>"$root/etc/hosts"
	install -D -m 644 "$run/ca/ca.pem" \
	    "$root/etc/ssl/certs/ca-certificates.crt"
}
