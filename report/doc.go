// Package report is in charge of the register on paper: the registration form, the analysis, the dossier of a complaint and a letter for
// who has no e-mail, as PDF on A4 that can be printed and signed. It reads models and decides nothing: who may see a shielded
// complaint is said by its caller, what a letter says was written before it came here.
//
// The same complaint, printed at the same instant, gives the same bytes.
package report
