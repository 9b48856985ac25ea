# letter.pl - a field or the body of a message, in UTF-8 and without coding
#
# usage: perl letter.pl [FIELD] <MESSAGE
#
# Prints each field of that name, unfolded, on a line; or the body.
use strict;
use warnings;
use Encode qw(decode encode from_to);
use MIME::Base64;
use MIME::QuotedPrint;

local $/;
my $text = <STDIN>;
die "a lone CR or LF\n" if $text =~ /\r(?!\n)|(?<!\r)\n/;
$text =~ s/\r\n/\n/g;
my ($head, $body) = split /\n\n/, $text, 2;
$head =~ s/\n(?=[ \t])//g;

sub fields
{
	my $name = shift;

	return map { /^\Q$name\E[ \t]*:[ \t]*(.*)/i ? $1 : () }
	    split /\n/, $head;
}

if (@ARGV) {
	print encode('UTF-8', decode('MIME-Header', $_)), "\n"
	    for fields($ARGV[0]);
	exit;
}
my ($coding, $type) = map { (fields("Content-$_"))[0] // '' }
    'Transfer-Encoding', 'Type';
die "in parts\n" if $type =~ /^multipart/i;
$body = decode_base64($body) if $coding =~ /^base64/i;
$body = decode_qp($body) if $coding =~ /^quoted-printable/i;
$body =~ s/\r\n/\n/g;
from_to($body, $1, 'UTF-8')
    if $type =~ /charset="?([^";]+)/i && $1 !~ /^utf-8|us-ascii$/i;
print $body;
