#include "reconciler/decision/message_template.h"

#include <catch2/catch.hpp>

using namespace flotilla;

namespace {

const decision::MessageValues values = {{"fleet", "shop"},
                                        {"cluster", "eu"},
                                        {"subject", ""},
                                        {"counts.held", "0"},
                                        {"message", "a<b"}};

std::string filled(const std::string& text) {
  const auto pattern = decision::read_template(text);
  REQUIRE(pattern);
  return decision::fill_in(*pattern, values, [](std::string value) { return "[" + value + "]"; });
}

}  // namespace

TEST_CASE("templates are filled in, and only values are escaped") {
  using Row = std::tuple<std::string, std::string>;
  const auto [text, wanted] = GENERATE(table<std::string, std::string>({
      Row{"", ""},
      Row{"plain <text> } {", "plain <text> } {"},
      Row{"{{ .fleet }} on {{.cluster}}: <{{ .message }}>", "[shop] on [eu]: <[a<b]>"},
      Row{"{{ .revision }}", "[]"},
      Row{"{{ if .cluster }}at {{ .cluster }}{{ end }}.", "at [eu]."},
      Row{"{{ if .subject }}x{{ end }}.", "."},
      Row{"{{ if .counts.held }}x{{ else }}none{{ end }}.", "none."},
      Row{"{{ if .fleet }}a{{ else }}b{{ end }}c", "ac"},
      Row{"{{ if .fleet }}{{ if .subject }}1{{ else }}2{{ end }}3{{ else }}4{{ end }}", "23"},
  }));
  CHECK(filled(text) == wanted);
}

TEST_CASE("a template in error says where") {
  using Row = std::tuple<std::string, int, int, std::string>;
  const auto [text, line, column, part] = GENERATE(table<std::string, int, int, std::string>({
      Row{"a {{ .fleet", 1, 3, "{{ has no }}"},
      Row{"a\nbc {{ .flete }}", 2, 4, "\".flete\" is no field, want one of .event, .fleet"},
      Row{"{{ range .x }}", 1, 1, "\"range .x\" is not known"},
      Row{"{{ }}", 1, 1, "\"\" is not known"},
      Row{"{{- .fleet -}}", 1, 1, "is not known"},
      Row{"{{ if .fleet }}x", 1, 1, "{{ if }} has no {{ end }}"},
      Row{"x{{ end }}", 1, 2, "{{ end }} belongs to no {{ if }}"},
      Row{"{{ else }}", 1, 1, "{{ else }} belongs to no {{ if }}"},
      Row{"{{ if .fleet }}{{ else }}{{ else }}{{ end }}", 1, 26, "{{ else }} belongs to no"},
      Row{"{{ if .nothing }}{{ end }}", 1, 1, "\".nothing\" is no field"},
      Row{"{{ .counts }}", 1, 1, "\".counts\" is no field"},
  }));
  const auto pattern = decision::read_template(text);
  REQUIRE_FALSE(pattern);
  INFO(pattern.error().message);
  CHECK(pattern.error().where.line == line);
  CHECK(pattern.error().where.column == column);
  CHECK(pattern.error().message.find(part) != std::string::npos);
}
