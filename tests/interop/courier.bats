#!/usr/bin/env bats
# courier.bats - what takes messages of a Courier
# shellcheck disable=SC2154	# servers.bash and bats set variables
load servers

setup_file()
{
	server courier
}

teardown_file()
{
	stop
}

@test "Courier: in three flights: EHLO, the envelope, the message" {
	local id=$RANDOM$RANDOM$$ file

	conf 'port 2525' 'tls none' 'auth none'
	flights b@example.net < <(echo "X-Id: $id"; message)
	[ "$sent" -eq 3 ]
	file=$(grep -rl "^X-Id: $id" "$jail/var/lib/courier")
	sed '1,/^$/d' "$file" | cmp - <(body)
	rm "$file"
}
