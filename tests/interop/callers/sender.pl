# sender.pl - send a message with Email::Sender
#
# usage: perl sender.pl BODY
use strict;
use warnings;
use Email::Sender::Simple qw(sendmail);
use Email::Sender::Transport::Sendmail;

open my $file, '<', $ARGV[0] or die $!;
local $/;
my $body = <$file>;
sendmail("From: web\@example.org\nTo: bob\@example.org\nSubject: Hello\n" .
    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n" .
    "Content-Transfer-Encoding: 8bit\n\n$body",
    { from => 'bounces@example.org',
      to => [ 'bob@example.org', 'carol@example.org' ],
      transport => Email::Sender::Transport::Sendmail->new });
