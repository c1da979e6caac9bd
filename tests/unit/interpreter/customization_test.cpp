#include "render/interpreter/customization.h"

#include "tests/support/documents.h"

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
