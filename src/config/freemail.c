/* freemail.c - domains in which strangers have addresses */

#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/freemail.h"
#include "hint/service.h"

/* Besides those of hint/service.  Words of a line belong to one provider. */
static const char *const domains[] = {
	"gmail.com googlemail.com",
	"outlook.com hotmail.com live.com msn.com passport.com",
	"yahoo.com ymail.com rocketmail.com myyahoo.com aol.com aim.com",
	"icloud.com me.com mac.com",
	"gmx.de gmx.net gmx.com gmx.at gmx.ch web.de mail.com email.com",
	"t-online.de magenta.de freenet.de arcor.de vodafone.de 1und1.de "
	    "posteo.de posteo.net mailbox.org",
	"proton.me protonmail.com protonmail.ch pm.me tuta.com tutanota.com "
	    "tutanota.de tuta.io tutamail.com keemail.me",
	"zoho.com zohomail.com zohomail.eu zoho.eu",
	"fastmail.com fastmail.fm hey.com runbox.com startmail.com "
	    "mailfence.com disroot.org riseup.net hushmail.com mailo.com "
	    "cock.li mail.de",
	"yandex.ru yandex.com ya.ru mail.ru bk.ru inbox.ru list.ru "
	    "internet.ru rambler.ru",
	"qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn "
	    "sohu.com aliyun.com 139.com 189.cn",
	"naver.com hanmail.net daum.net kakao.com",
	"orange.fr wanadoo.fr free.fr sfr.fr neuf.fr laposte.net bbox.fr",
	"libero.it virgilio.it tiscali.it alice.it tim.it inwind.it iol.it "
	    "aruba.it",
	"seznam.cz email.cz centrum.cz post.cz wp.pl onet.pl op.pl o2.pl "
	    "interia.pl gazeta.pl inbox.lv inbox.lt mail.ee walla.co.il "
	    "abv.bg ukr.net i.ua azet.sk zoznam.sk freemail.hu citromail.hu",
	"bluewin.ch sunrise.ch hispeed.ch aon.at chello.at",
	"ziggo.nl kpnmail.nl planet.nl xs4all.nl telenet.be skynet.be "
	    "proximus.be",
	"btinternet.com sky.com virginmedia.com ntlworld.com talktalk.net",
	"telia.com online.no telenor.no tele2.se",
	"comcast.net xfinity.com verizon.net att.net sbcglobal.net "
	    "bellsouth.net cox.net charter.net spectrum.net earthlink.net "
	    "rogers.com shaw.ca telus.net bell.net sympatico.ca videotron.ca",
	"uol.com.br bol.com.br terra.com.br ig.com.br globo.com",
	"bigpond.com optusnet.com.au iinet.net.au xtra.co.nz",
	"rediffmail.com docomo.ne.jp nifty.com ybb.ne.jp",
	"duck.com mozmail.com privaterelay.appleid.com simplelogin.com "
	    "users.noreply.github.com",
};

/* These have domains in many countries: "yahoo.co.uk", "hotmail.fr". */
static const char countries[] = "yahoo hotmail live outlook gmx yandex";

bool
freemail_domain(const char *domain)
{
	size_t i, n = strlen(domain), label = strcspn(domain, ".");

	if (n > 0 && domain[n - 1] == '.')
		n--;
	for (i = 0; i < NITEMS(domains); i++)
		if (ascii_listed(domains[i], domain, n))
			return true;
	for (i = 0; i < service_count; i++)
		if (ascii_listed(service_table[i].domains, domain, n))
			return true;
	/* "yahoo.fr" and "yahoo.co.uk", not "live.example.org" */
	return ascii_listed(countries, domain, label) && n > label &&
	    (n - label == 3 || (n - label <= 7 &&
	    domain[n - 3] == '.' && memchr(domain + label + 1, '.',
	    n - label - 1) != NULL));
}
