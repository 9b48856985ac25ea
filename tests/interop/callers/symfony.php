<?php
/*
 * symfony.php - send two messages with Symfony Mailer
 *
 * usage: php symfony.php COMMAND BODY
 *
 * The second goes to somebody whom the relay does not know; what Symfony
 * has to say of that is printed.
 */
require 'Symfony/Component/Mailer/autoload.php';

use Symfony\Component\Mailer\Exception\TransportExceptionInterface;
use Symfony\Component\Mailer\Mailer;
use Symfony\Component\Mailer\Transport\SendmailTransport;
use Symfony\Component\Mime\Address;
use Symfony\Component\Mime\Email;

$mailer = new Mailer(new SendmailTransport($argv[1]));
$email = (new Email())
    ->from(new Address('web@example.org', 'Jürgen, Web'))
    ->returnPath('bounces@example.org')
    ->to('bob@example.org')
    ->cc('carol@example.org')
    ->bcc('dave@example.org')
    ->subject('Grüße')
    ->text(file_get_contents($argv[2]), 'utf-8');
$email->getHeaders()->addTextHeader('X-Test', '1');
$mailer->send($email);
try {
	$mailer->send((new Email())->from('web@example.org')
	    ->to('nobody@example.org')->subject('Nobody')->text("x\n"));
} catch (TransportExceptionInterface $e) {
	echo $e->getMessage(), "\n";
}
$mailer->send((new Email())->from('web@example.org')
    ->to('erika@example.org')->subject('Again')->text("again\n"));
