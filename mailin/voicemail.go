package mailin

import (
	"slices"
	"strings"
)

// voiceFields are fields that only voice mail systems set: Asterisk and FreePBX, Exchange Unified Messaging and Teams
// (MS-OXOUM section 2.2.5), Cisco Unity Connection, and others by the plain name.
var voiceFields = []string{"x-asterisk-vm-", "x-asterisk-callerid", "x-callingtelephonenumber", "x-voicemessageduration", "x-voicemessagesendername",
	"x-cisco-unity", "x-ciscounity", "x-voicemail", "x-voice-mail"}

// voiceWords are how subjects and files of voice mail are called in nl, fr, en, de; 3CX, Xelion and Swyx set no field.
var voiceWords = []string{"voicemail", "voice mail", "voice message", "voicemessage", "voicebericht", "ingesproken bericht", "gesproken bericht", "spraakbericht",
	"antwoordapparaat", "message vocal", "messagerie vocale", "sprachnachricht", "anrufbeantworter"}

// IsVoiceMail tells whether a telephone exchange sends what somebody said: a complaint by telephone although a program
// wrote the mail. Always with the sound; a notice of a missed call is none.
func IsVoiceMail(m *Message) bool {
	if m.Get("List-Id") != "" || !hasSound(m) {
		return false
	}
	if m.ContentType == "multipart/voice-message" || strings.EqualFold(m.Get("Message-Context"), "voice-message") { // RFC 3801, RFC 3458
		return true
	}
	if class := strings.ToLower(m.Get("Content-Class")); strings.HasPrefix(strings.TrimPrefix(class, "urn:content-classes:"), "voice") {
		return true
	}
	for _, f := range m.Fields {
		name := strings.ToLower(f.Name)
		for _, prefix := range voiceFields {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
	}
	return saysVoice(m.Subject) || slices.ContainsFunc(m.Attachments, func(a Attachment) bool { return saysVoice(a.Name) }) // Cisco: VoiceMessage.wav
}

// hasSound finds a recording; a file of a voice mail system is one whatever it is declared as.
func hasSound(m *Message) bool {
	for _, a := range m.Attachments {
		name := strings.ToLower(a.Name)
		if strings.HasPrefix(a.Type, "audio/") || strings.HasSuffix(name, ".wav") || strings.HasSuffix(name, ".mp3") || strings.HasSuffix(name, ".amr") {
			return true
		}
	}
	return false
}

func saysVoice(s string) bool {
	s = strings.ToLower(s)
	for _, w := range voiceWords {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
