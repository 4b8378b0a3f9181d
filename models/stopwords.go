package models

import "strings"

// stopWords stand in every letter of complaint, whatever it is about: function words of the four languages and the forms of politeness.
// Words of one or two letters are never searched and so not listed.
var stopWords = wordSet(`
	aan aangezien achter alle alleen alles als altijd ander andere anders beide ben bent bij bijna binnen boven daar daarna daarom dan dat
	deze die dit doen doet dood door drie dus echt een eens eerst elk elke enkele erg ergens even geen geweest gewoon haar had hadden heb
	hebben hebt heeft heel hem hen het hier hij hoe hoewel hun iemand iets ieder iedere ikzelf inmiddels jij jou jouw jullie kan kon konden
	kunnen kunt maar maken mag meer meest men met mij mijn misschien moest moet moeten mogen mochten naar naast nadat niemand niet niets nog
	noch nooit nou ofwel omdat onder ons onze ook opnieuw over pas reeds sinds sommige soms steeds tegen ten ter terwijl toch toen tot totdat
	tussen uit uiteraard uur uwe vaak van vanaf vandaag veel verder vervolgens via vol volgens voor vooral vrij waar waarom wanneer want waren
	was wat weer weinig wel welk welke werd werden weten wie wij wil willen word worden wordt zal zei zeer zelf zelfs zich zij zijn zodat
	kwam kwamen kom komen komt gekomen gaan gaat ging gingen gegaan zeggen zegt gezegd liet laten vind vinden staat stond ligt weet
	zoals zonder zou zouden zult zullen
	geachte beste mevrouw meneer mijnheer heer dames heren groet groeten groetjes vriendelijke hoogachtend dank bedankt dankuwel graag
	klacht klachten bericht mail
	ainsi alors apres aucun aucune aussi autre autres aux avais avait avant avec avez avoir avons bien car ce ceci cela celle celui ces cet
	cette chaque chez comme comment dans depuis des deux doit donc dont elle elles encore entre est etait etaient ete etes etre eux faire
	fait font ici ils jamais jusque les leur leurs lors lui mais mal meme mes moi moins mon nos notre nous ont par parce parfois pas pendant
	peu peut peuvent plus plusieurs pour pourquoi pouvez qui quand que quel quelle quelque quelques quoi sans sera ses seulement son sont
	sous suis sur tes toi ton toujours tous tout toute toutes tres trop une vers voici vos votre vous
	dire dit dites aller allez allait venir venu vient vais
	bonjour madame monsieur cordialement salutations merci plainte plaintes message courriel
	about after again all also always and any are because been before being between both but can cannot could did does doing done down
	during each ever every few for from further get got had has have having her here hers him his how into its itself just least less
	like made make many may might more most much must never nor not now off often once one only other our out over own same she should
	since some still such than that the their them then there these they this those through too two under until upon very was were what
	when where whether which while who whom why will with without would you your yours
	say says said tell told came come comes gone going went
	dear sir madam regards sincerely kind thank thanks please complaint complaints message
	aber alle allem allen aller alles als also andere anderen auch auf aus bei beim bin bis bist dabei damit danach dann das dass dazu
	dein dem den denn der des deshalb dessen dich die dies diese diesem diesen dieser dieses dir doch dort durch ein eine einem einen einer
	eines einige einmal etwas euch euer fur gegen gewesen habe haben hat hatte hatten hier hinter ich ihm ihn ihnen ihr ihre ihrem ihren
	ihrer immer ins ist jede jedem jeden jeder jedes jetzt kann kein keine keinem keinen keiner konnen konnte mehr mein meine meinem meinen
	meiner mich mir mit muss mussen musste nach nicht nichts noch nun nur oder ohne sehr sein seine seinem seinen seiner seit selbst sich
	sie sind sollte sondern sonst uber und uns unser unsere unter viel vom von vor wahrend war waren warum was weil welche wenn werde
	werden wieder will wir wird wollen wurde wurden zum zur zwar zwischen
	kam kamen kommt kommen gekommen gehen geht ging gegangen sagen sagt sagte gesagt liegt steht weiss
	geehrte geehrter damen herren frau herr grussen gruss bitte danke beschwerde nachricht`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}
