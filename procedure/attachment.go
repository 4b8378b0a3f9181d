package procedure

import (
	"path"
	"strings"
	"unicode"
)

// runnable are the extensions of files that are programs, start one, or hold one that an office program may run: those that Outlook
// blocks ("Blocked attachments in Outlook"), what macOS and Linux start, office files with macros, disk images and pages for a browser.
var runnable = setOf(
	".exe .com .scr .pif .bat .cmd .msi .msp .mst .msu .msix .msixbundle .appx .appxbundle .appinstaller .cpl .dll .ocx .sys .drv .gadget .application",
	".hta .js .jse .mjs .vb .vbs .vbe .ws .wsf .wsh .wsc .sct .ps1 .ps1xml .ps2 .psm1 .psc1 .psd1 .msh .msh1 .reg .inf .ins .isp .job .prg .bas .fxp .ksh .csh .hlp .chm .its",
	".lnk .url .scf .shb .shs .website .desktop .library-ms .search-ms .searchconnector-ms .settingcontent-ms .appref-ms .diagcab .msc .mcf .theme .themepack .rdp .xbap .webpnp",
	".jar .jnlp .class .war .air .apk .xapk .aab .ipa .deb .rpm .snap .flatpakref .appimage .run .elf .so .sh .bash .zsh .command .workflow .action .scpt .applescript .app .dmg .pkg .mpkg",
	".py .pyc .pyo .pyw .pyz .pyzw .pl .pm .rb .php .lua .tcl .swf .xpi .crx .wasm",
	".iso .img .vhd .vhdx .udf .wim .vmdk",
	".docm .dotm .xlsm .xltm .xlam .xla .xll .xlm .slk .iqy .oqy .rqy .dqy .wll .pptm .potm .ppam .ppa .ppsm .sldm .one .onepkg .onetoc2 .mdb .mde .accdb .accde .accda .accdr .ade .adp .mad .maf .mag .mam",
	".html .htm .shtml .xhtml .xht .mht .mhtml .svg .svgz .xsl .xslt",
)

// runnableTypes are the media types of such files, as declared or by content.
var runnableTypes = setOf(
	"application/x-msdownload application/x-dosexec application/vnd.microsoft.portable-executable application/x-msdos-program application/x-ms-installer application/x-msi",
	"application/x-elf application/x-executable application/x-sharedlib application/x-object application/x-coredump application/x-mach-binary application/wasm",
	"application/x-java-applet application/java-archive application/x-java-archive application/java-vm application/x-java-jnlp-file application/jar",
	"application/vnd.android.package-archive application/vnd.debian.binary-package application/x-rpm application/x-apple-diskimage application/x-iso9660-image",
	"application/x-sh application/x-shellscript text/x-shellscript application/x-csh application/x-bat application/javascript text/javascript application/x-javascript application/ecmascript",
	"text/x-python text/x-script.python application/x-python text/x-perl application/x-perl text/x-ruby text/x-tcl text/x-lua text/x-php application/x-httpd-php application/x-powershell",
	"text/vbscript text/scriptlet application/hta application/x-ms-shortcut application/x-mswinurl application/vnd.ms-htmlhelp application/onenote application/x-shockwave-flash",
	"application/vnd.ms-word.document.macroenabled.12 application/vnd.ms-excel.sheet.macroenabled.12 application/vnd.ms-powerpoint.presentation.macroenabled.12",
	"application/x-desktop text/html application/xhtml+xml image/svg+xml",
)

// CouldRun tells whether opening the file could run a program: such an attachment is named to staff, not sent. What counts is the last
// extension, as Windows reads it: without dots and spaces at the end and without characters that nobody sees.
func CouldRun(name, contentType string) bool {
	name = strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)
	name, _, _ = strings.Cut(name, "::") // An NTFS stream: "foto.exe::$DATA" is foto.exe.
	name = strings.TrimRight(name, ". ")
	contentType, _, _ = strings.Cut(contentType, ";")
	return runnable[strings.ToLower(path.Ext(name))] || runnableTypes[strings.ToLower(strings.TrimSpace(contentType))]
}

// setOf is the set of the words of all lines.
func setOf(lines ...string) map[string]bool {
	set := map[string]bool{}
	for _, line := range lines {
		for _, word := range strings.Fields(line) {
			set[word] = true
		}
	}
	return set
}
