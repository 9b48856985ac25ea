# lite.pl - send a message with MIME::Lite
#
# usage: perl lite.pl BODY
use strict;
use warnings;
use MIME::Lite;

my $mail = MIME::Lite->new(
    From => 'web@example.org',
    To => 'bob@example.org',
    Cc => 'carol@example.org',
    Bcc => 'dave@example.org',
    Subject => 'Hello',
    Type => 'text/plain; charset=utf-8',
    Encoding => '8bit',
    Path => $ARGV[0]);
$mail->send('sendmail', FromSender => 'bounces@example.org')
    or die 'not sent';
