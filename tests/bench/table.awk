# table.awk - medians, ratios and marks
#
# usage: awk -F '\t' -v rows=ROWS -f table.awk - targets
#
# Standard input is lines of key, mailer and value, sorted, values as
# numbers; a value of the mailer "note" says why a row was not measured.  The
# exit status is 1 if a target was missed.

function median(key, mailer,    n)
{
	n = count[key, mailer]
	if (n % 2 == 1)
		return value[key, mailer, (n + 1) / 2]
	return (value[key, mailer, n / 2] + value[key, mailer, n / 2 + 1]) / 2
}

function cell(key, mailer, digits)
{
	if (!((key, mailer) in count))
		return "-"
	return sprintf("%." digits "f", median(key, mailer))
}

function title(    i)
{
	printf "%-40s", ""
	for (i = 1; i <= mailers; i++)
		printf " %10s", name[i]
	printf "  %8s  %s\n", "result", "target"
}

# The least of these mailers, "a,b,c"; 0 if there is none.
function least_of(key, names,    i, n, one, least, m)
{
	n = split(names, one, ",")
	for (i = 1; i <= n; i++) {
		if (!((key, one[i]) in count))
			continue
		m = median(key, one[i])
		if (least == 0 || m < least) {
			least = m
			best = one[i]
		}
	}
	return least
}

# What heloise is compared with; sets best, its name.
function peer(key, how)
{
	best = how
	if (how ~ /^@/)
		return least_of(substr(how, 2), "heloise")
	return least_of(key, how)
}

# What heloise came to: a ratio, a value, or nothing if it was not measured.
function result(key, how,    other)
{
	if (!((key, "heloise") in count))
		return "-"
	if (how == "most" || how == "least")
		return median(key, "heloise")
	if ((other = peer(key, how)) == 0)
		return "-"
	return median(key, "heloise") / other
}

function judge(key, digits, how, target,    r, good)
{
	r = result(key, how)
	good = r != "-" && (how == "least" ? r >= target : r <= target)
	missed += !good
	if (how == "most" || how == "least") {
		if (r != "-")
			r = sprintf("%." digits "f", r)
		printf "  %8s  %s %-6s", r, how == "most" ? "<=" : ">=", target
	} else {
		if (r != "-")
			r = sprintf("%.3fx", r)
		printf "  %8s  <= %-6s", r, target "x " \
		    (how ~ /^@/ ? "its " substr(how, index(how, ".") + 1) : \
		    best == "" || r == "-" ? how : best)
	}
	print (good ? "  ok" : "  MISSED") \
	    (key in note && r == "-" ? ": " note[key] : "")
}

BEGIN {
	asked = " " rows " "
	all = "heloise postfix msmtp curl ssmtp dma nullmailer bare"
	mailers = split(all, name, " ")
}

FNR == NR && $2 == "note" {
	note[$1] = $3
	next
}

FNR == NR {
	value[$1, $2, ++count[$1, $2]] = $3 + 0
	next
}

/^#/ || index(asked, " " substr($1, 1, index($1, ".") - 1) " ") == 0 {
	next
}

{
	if (!titled++)
		title()
	printf "%-40s", $2
	for (i = 1; i <= mailers; i++)
		printf " %10s", cell($1, name[i], $3)
	judge($1, $3, $4, $5 + 0)
}

END {
	exit missed > 0
}
