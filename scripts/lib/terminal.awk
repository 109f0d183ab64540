# Draws a session of a terminal as an animated SVG. Input: screens, each after a form feed; the first line is a comment,
# lines with "$ " are commands, the rest is what they print. Each screen stays as long as one needs to read it.

function xml(text) {
  gsub(/&/, "\\&amp;", text)
  gsub(/</, "\\&lt;", text)
  gsub(/>/, "\\&gt;", text)
  return text
}

BEGIN {
  WIDTH = 118   # characters; longer lines are cut
  ADVANCE = 7.8 # of one character, at 13 px
  LINE = 19
  MARGIN = 18
}

/^\f/ {
  screens++
  sub(/^\f/, "")
}

{
  if (length($0) > WIDTH) {
    $0 = substr($0, 1, WIDTH - 1) "…"
  }
  lines[screens]++
  text[screens, lines[screens]] = $0
  if (lines[screens] > most) {
    most = lines[screens]
  }
}

END {
  for (s = 1; s <= screens; s++) {
    seconds[s] = 2.5 + 0.45 * lines[s]
    total += seconds[s]
  }
  width = int(2 * MARGIN + WIDTH * ADVANCE)
  height = 2 * MARGIN + most * LINE
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n", width, height, width, height
  print "<title>A study goes through the gateway to three servers; one of them is down, and gets it later</title>"
  print "<style>"
  print "text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#d7dde5;white-space:pre}"
  print ".note{fill:#8fa3b8}.command{fill:#7ee2a8}.bad{fill:#ffb27a}"
  printf "g{opacity:0;animation-duration:%.1fs;animation-iteration-count:infinite;animation-timing-function:step-end}\n", total
  for (s = 1; s <= screens; s++) {
    begin = 100 * at / total
    at += seconds[s]
    end = 100 * at / total
    printf "@keyframes s%d{0%%{opacity:%d}%.2f%%{opacity:1}%.2f%%{opacity:%d}100%%{opacity:%d}}\n", s, s == 1, begin, end, s == screens, s == screens
    printf "#s%d{animation-name:s%d}\n", s, s
  }
  # Who wants no motion sees the screen that says most.
  printf "@media(prefers-reduced-motion:reduce){g{animation:none}#s%d{opacity:1}}\n", screens > 3 ? 4 : screens
  print "</style>"
  printf "<rect width=\"%d\" height=\"%d\" rx=\"10\" fill=\"#16202b\"/>\n", width, height
  for (s = 1; s <= screens; s++) {
    printf "<g id=\"s%d\">\n", s
    for (l = 1; l <= lines[s]; l++) {
      line = text[s, l]
      class = l == 1 ? "note" : line ~ /^\$ / ? "command" : line ~ /DOWN|not |reject/ ? "bad" : ""
      if (line != "") {
        printf "<text x=\"%d\" y=\"%d\"%s>%s</text>\n", MARGIN, MARGIN + l * LINE - 5, class == "" ? "" : " class=\"" class "\"", xml(line)
      }
    }
    print "</g>"
  }
  print "</svg>"
}
