#include "render/interpreter/customization.h"

#include "render/base/text.h"
#include "render/interpreter/bundled.h"
#include "render/lua/script.h"
#include "tests/support/documents.h"

#include <set>

using namespace flotilla;
using interpreter::Customization;
using interpreter::Operation;

namespace {

Customization widget(std::string name, std::map<Operation, std::string> scripts) {
  return {std::move(name), "example.com/v1", "Widget", std::move(scripts), {}};
}

}  // namespace

TEST_CASE("customizations of one kind: the first by name that has a script") {
  const auto index = interpreter::merge(
      {widget("b", {{Operation::health, "b health"}, {Operation::retain, "b retain"}}),
       widget("a", {{Operation::health, "a health"}, {Operation::retain, ""}})});
  const auto text = [&](Operation operation) {
    const auto* scripts = interpreter::scripts_of(index, operation, "example.com/v1", "Widget");
    return scripts == nullptr ? "none" : scripts->front().text;
  };
  CHECK(text(Operation::health) == "a health");
  CHECK(text(Operation::retain) == "b retain");
  CHECK(text(Operation::reflect) == "none");
}

TEST_CASE("dependency scripts of all customizations stay") {
  const auto index = interpreter::merge({widget("b", {{Operation::dependencies, "b"}}),
                                         widget("a", {{Operation::dependencies, "a"}})});
  const auto* scripts =
      interpreter::scripts_of(index, Operation::dependencies, "example.com/v1", "Widget");
  REQUIRE(scripts != nullptr);
  REQUIRE(scripts->size() == 2);
  CHECK(scripts->front().customization == "a");
}

TEST_CASE("apiVersion and kind must both fit") {
  const auto index = interpreter::merge({widget("a", {{Operation::health, "x"}})});
  const auto* none = static_cast<const std::vector<interpreter::Script>*>(nullptr);
  CHECK(interpreter::scripts_of(index, Operation::health, "example.com/v2", "Widget") == none);
  CHECK(interpreter::scripts_of(index, Operation::health, "example.com/v1", "Gadget") == none);
}

TEST_CASE("every bundled script has its place and compiles") {
  std::set<std::string> fields;
  for (const auto& names : interpreter::operation_names()) fields.insert(names.field);
  for (const auto& [path, text] : interpreter::bundled_files()) {
    INFO(path);
    const auto parts = split(path, '/');
    CHECK(parts.size() == 4);
    CHECK(path.ends_with(".lua"));
    CHECK(fields.contains(parts.back().substr(0, parts.back().size() - 4)));
    const auto compiled = lua::check(text);
    CHECK(compiled);
    if (!compiled) WARN(to_string(compiled.error()));
  }
  std::size_t scripts = 0;
  for (const Customization& customization : interpreter::bundled_customizations())
    scripts += customization.scripts.size();
  CHECK(scripts == interpreter::bundled_files().size());
}
