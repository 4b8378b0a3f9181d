package templates

// FoldWords cuts a text into its words, in lower case and without accents: how names and phrases are compared everywhere.
func FoldWords(text string) []string { return foldWords(text) }
