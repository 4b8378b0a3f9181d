package procedure

import "testing"

// TestCouldRun_tricks: names that hide what they are, and types that say it.
func TestCouldRun_tricks(t *testing.T) {
	check := func(name, contentType string, want bool) {
		t.Helper()
		if got := CouldRun(name, contentType); got != want {
			t.Errorf("CouldRun(%q, %q) = %v", name, contentType, got)
		}
	}
	check("foto.jpg", "image/jpeg", false)
	check("brief van 3.5.2026.pdf", "application/pdf", false)
	check("rekening.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false)
	check("afspraak.ics", "text/calendar", false)
	check("geen extensie", "application/octet-stream", false)
	check(".", "", false)
	check("foto.jpg.exe", "image/jpeg", true)
	check("foto.jpg.lnk", "image/jpeg", true)
	check("foto.exe...", "", true)
	check("foto.exe \u00a0. ", "", true)
	check("foto.\u202egpj.exe", "", true) // Shown as foto.exe.jpg.
	check("foto.ex\u200be", "", true)     // A character nobody sees.
	check("foto.exe::$DATA", "", true)    // An NTFS stream.
	check("foto.EXE", "", true)
	check("foto.jpg", "application/vnd.microsoft.portable-executable", true)
	check("foto.jpg", "application/x-executable", true)
	check("brief.txt", "text/x-shellscript; charset=utf-8", true)
	check("brief.pdf", "Application/X-MS-Shortcut", true)
	check("begroting.xlsm", "application/octet-stream", true)
	check("schijf.iso", "", true)
	check("snelkoppeling.url", "text/plain", true)
	check("pagina.mht", "", true)
}
