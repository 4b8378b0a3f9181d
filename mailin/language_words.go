package mailin

// The words that stand most often in letters of complaint, greeting and closing included. Names and words that several
// languages share weigh less or are left out.
const (
	wordsNL = `de het een en van ik is dat die niet te op aan met voor er maar om ook als dan bij nog uit door naar hij zij ze
		we wij u uw jullie ons onze mijn mij me zijn was waren heb hebt heeft hebben had hadden wordt worden werd werden kan
		kunnen kon moet moeten wil willen zou zouden zal zullen geen wel niets iets iemand niemand alles al altijd nooit
		weer zeer heel erg veel meer dit deze daar hier waar wat wie hoe waarom wanneer toen nu over tot na sinds tussen
		tegen zonder omdat want dus of indien graag dank bedankt dankjewel alvast beste geachte mevrouw meneer heer groet groeten
		vriendelijke hoogachtend goedendag goedemorgen goedemiddag goedenavond hallo dag klacht klachten klagen ontevreden
		kamer eten koud koude warm moeder vader man vrouw dochter zoon ziekenhuis dokter arts verpleegkundige verpleging
		wachten gewacht rekening factuur betaald gisteren vandaag morgen week weken uur maand jaar gebeld telefoon brief
		antwoord gekregen gevraagd gezegd gedaan gemaakt geweest gekomen gegaan staat komt gaat doet zegt werkt mag mogen
		hun hen haar hem zich zelf eigen andere ander eerste twee drie vier vijf tijd mensen medewerker dienst afspraak
		stuk kapot slecht goed fout jammer wij nogmaals vorige volgende bent ben in is we was`
	wordsFR = `le la les un une des du de et est en que qui dans pour pas sur au aux avec ce cette ces se sa son ses il elle
		on nous vous ils elles je j' l' d' n' c' qu' s' m' t' ne ni plus mais ou où donc car si tout tous toute toutes
		très bien mal aussi encore déjà jamais toujours rien personne quelqu' quelque chose été être avoir ai as a avons
		avez ont suis sommes êtes sont était étaient avait avaient fait faire dit peut peux pouvez pouvons doit dois mon ma
		mes votre vos notre nos leur leurs par sans sous entre depuis pendant après avant chez comme quand comment pourquoi
		parce bonjour bonsoir madame monsieur merci cordialement salutations cher chère meilleures plainte plaintes réclamation
		chambre repas froid froide chaud mère père mari femme fille fils hôpital médecin infirmière attendre attendu facture
		payé hier demain aujourd' hui semaine semaines heure heures mois année téléphone téléphoné lettre réponse
		reçu demandé mauvais mauvaise inacceptable trop peu deux trois quatre cinq jour jours temps gens rendez service
		personnel mécontent mécontente déçu déçue accueil désormais veuillez souhaite voudrais aucun aucune même moi toi lui y me à`
	wordsEN = `the a an and of to in is that it was for on are with as i you he she they we his her their our my your this these
		those be been being have has had do does did not no but or if so than then there here what which who whom how why
		when where would could should can will shall may might must am were at by from into about after before again never
		always nothing something someone nobody everything very much more most some any all just only also because
		while since until without hello hi dear sir madam thank thanks regards sincerely kind best yours please complaint complaints
		complain unhappy disappointed room food cold warm mother father husband wife daughter son hospital doctor nurse
		waiting waited wait bill invoice paid yesterday today tomorrow week weeks hour hours month year phone called call letter
		answer got get asked said told made came went good bad wrong rude terrible poor staff service appointment broken
		still even two three four five time people me him them us its it's don' i' out up down over one other first last
		we was is in`
	wordsDE = `der die das und ist ich nicht ein eine einen einem einer eines zu den dem des mit auf für von im am in an bei
		aus nach wie als auch aber oder wenn weil dass daß so nur noch schon immer nie niemand nichts etwas alles sehr mehr
		wir sie er es ihr ihre ihren ihrem ihrer mein meine meinen meinem meiner unser unsere uns mich mir sich war waren hat
		habe haben hatte hatten wird werden wurde wurden bin sind sein seit kann können konnte muss müssen will wollen soll
		sollte würde möchte über unter vor zwischen gegen ohne durch um bis zum zur dieser diese dieses hier dort wo was
		wer warum wann wieder kein keine keinen guten tag morgen abend hallo liebe lieber sehr geehrte geehrter damen herren herr frau
		danke dank vielen bitte grüßen grüße gruß freundlichen mfg hochachtungsvoll beschwerde beschwerden beschweren unzufrieden
		zimmer essen kalt warm mutter vater mann tochter sohn krankenhaus arzt ärztin schwester pflege warten gewartet rechnung
		bezahlt gestern heute woche wochen stunde stunden monat jahr telefon angerufen brief antwort bekommen gefragt gesagt
		gemacht gewesen gekommen gegangen steht kommt geht macht sagt gut schlecht falsch leider termin kaputt zwei drei vier
		fünf zeit leute mitarbeiter damit dann doch jetzt da ihnen man`
)

// letterSign is a sign of one language within words that stand in no list.
type letterSign struct {
	language int // Index in languageCodes.
	points   int
	letters  string
	end      bool // Only at the end of the word.
}

// signsByLetter are the signs by their first byte.
var signsByLetter = func() (by [256][]letterSign) {
	for _, s := range letterSigns {
		by[s.letters[0]] = append(by[s.letters[0]], s)
	}
	return by
}()

var letterSigns = []letterSign{
	{0, 3, "ij", false}, {0, 2, "aa", false}, {0, 2, "uu", false}, {0, 2, "oe", false}, {0, 2, "ui", false}, {0, 3, "lijk", false},
	{0, 2, "isch", true}, {0, 3, "tje", true}, {0, 1, "ee", false}, {0, 2, "heid", true}, {0, 2, "aan", false}, {0, 2, "vr", false},
	{1, 3, "é", false}, {1, 3, "è", false}, {1, 3, "ê", false}, {1, 4, "ç", false}, {1, 3, "eau", false}, {1, 3, "eux", true},
	{1, 2, "aient", true}, {1, 2, "ment", true}, {1, 2, "tion", true}, {1, 2, "ez", true}, {1, 2, "ette", true}, {1, 2, "oi", false},
	{2, 3, "th", false}, {2, 3, "ing", true}, {2, 2, "wh", false}, {2, 3, "ight", false}, {2, 2, "tion", true}, {2, 2, "ly", true},
	{2, 2, "ould", true}, {2, 1, "ed", true}, {2, 2, "sh", false}, {2, 1, "ment", true}, {2, 2, "ness", true},
	{3, 4, "ß", false}, {3, 3, "ä", false}, {3, 3, "ö", false}, {3, 3, "ü", false}, {3, 3, "ung", true}, {3, 2, "sch", false},
	{3, 2, "tz", false}, {3, 3, "keit", true}, {3, 3, "lich", false}, {3, 2, "pf", false}, {3, 2, "ei", false}, {3, 1, "ch", false},
}
