<?php
/*
 * phpmailer.php - send a message with PHPMailer's isSendmail or isMail
 *
 * usage: php phpmailer.php isSendmail|isMail BODY
 */
require 'libphp-phpmailer/autoload.php';

$mail = new PHPMailer\PHPMailer\PHPMailer(true);
$mail->{$argv[1]}();
$mail->CharSet = 'utf-8';
$mail->Encoding = '8bit';
$mail->Sender = 'bounces@example.org';
$mail->setFrom('web@example.org', 'Jürgen, Web');
$mail->addAddress('bob@example.org', 'Bob');
$mail->addCC('carol@example.org');
$mail->addBCC('dave@example.org');
$mail->Subject = 'Grüße';
$mail->Body = file_get_contents($argv[2]);
$mail->send();
