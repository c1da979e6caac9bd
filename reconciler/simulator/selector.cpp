#include "reconciler/simulator/selector.h"

#include "render/base/text.h"
#include "render/document/tree.h"

#include <algorithm>
#include <cstdlib>

namespace flotilla::simulator {

namespace {

// Splits at commas that stand outside parentheses.
std::vector<std::string> terms(const std::string& text) {
  std::vector<std::string> parts;
  std::string part;
  int depth = 0;
  for (const char c : text) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0) {
      parts.push_back(std::move(part));
      part.clear();
    } else {
      part += c;
    }
  }
  if (!trim(part).empty()) parts.push_back(std::move(part));
  return parts;
}

std::vector<std::string> listed(std::string_view text) {
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  std::vector<std::string> values;
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return values;
  for (const std::string& value : split(text.substr(open + 1, close - open - 1), ','))
    values.emplace_back(trim(value));
  return values;
}

}  // namespace

Outcome<Selection::Requirement> Selection::requirement(std::string text) {
  using Op = Requirement::Operator;
  text = std::string(trim(text));
  if (text.starts_with('!')) return Requirement{std::string(trim(text.substr(1))), Op::absent, {}};
  static const std::vector<std::pair<std::string, Op>> signs{
      {"!=", Op::not_in}, {"==", Op::in}, {"=", Op::in}, {">", Op::greater}, {"<", Op::less}};
  for (const auto& [sign, op] : signs)
    if (const auto at = text.find(sign); at != std::string::npos)
      return Requirement{std::string(trim(text.substr(0, at))),
                         op,
                         {std::string(trim(text.substr(at + sign.size())))}};
  const auto space = text.find_first_of(" \t");
  if (space == std::string::npos) return Requirement{text, Op::exists, {}};
  const std::string rest(trim(text.substr(space)));
  const std::string key = text.substr(0, space);
  if (rest.starts_with("in") && rest.find('(') != std::string::npos)
    return Requirement{key, Op::in, listed(rest)};
  if (rest.starts_with("notin") && rest.find('(') != std::string::npos)
    return Requirement{key, Op::not_in, listed(rest)};
  return refuse(bad_request("unable to parse requirement: found '" + rest +
                            "', expected: in, notin, =, ==, !=, gt, lt"));
}

Outcome<Selection> Selection::parse(const std::string& labels, const std::string& fields) {
  Selection selection;
  for (const std::string& term : terms(labels)) {
    auto parsed = requirement(term);
    if (!parsed) return refuse(std::move(parsed).error());
    selection.labels_.push_back(std::move(*parsed));
  }
  for (const std::string& term : terms(fields)) {
    auto parsed = requirement(term);
    if (!parsed) return refuse(std::move(parsed).error());
    static const std::vector<std::string> known{"metadata.name",
                                                "metadata.namespace",
                                                "status.phase",
                                                "spec.nodeName",
                                                "type",
                                                "involvedObject.name",
                                                "involvedObject.uid",
                                                "involvedObject.kind",
                                                "involvedObject.namespace"};
    if (std::ranges::count(known, parsed->key) == 0)
      return refuse(bad_request("field label not supported: " + parsed->key));
    selection.fields_.push_back(std::move(*parsed));
  }
  return selection;
}

bool Selection::holds(const Requirement& requirement, const std::string* value) {
  using Op = Requirement::Operator;
  const auto listed = [&] {
    return value != nullptr && std::ranges::count(requirement.values, *value) > 0;
  };
  switch (requirement.op) {
    case Op::in:
      return listed();
    case Op::not_in:
      return !listed();
    case Op::exists:
      return value != nullptr;
    case Op::absent:
      return value == nullptr;
    case Op::greater:
      return value != nullptr &&
             std::atoll(value->c_str()) > std::atoll(requirement.values.front().c_str());
    case Op::less:
      return value != nullptr &&
             std::atoll(value->c_str()) < std::atoll(requirement.values.front().c_str());
  }
  return false;
}

bool Selection::matches(const Name& name, const Stored& object) const {
  for (const Requirement& requirement : labels_) {
    const auto found = std::ranges::find(object.labels, requirement.key,
                                         &std::pair<std::string, std::string>::first);
    if (!holds(requirement, found == object.labels.end() ? nullptr : &found->second)) return false;
  }
  for (const Requirement& requirement : fields_) {
    std::string value;
    if (requirement.key == "metadata.name") {
      value = name.second;
    } else if (requirement.key == "metadata.namespace") {
      value = name.first;
    } else {
      const Json::Value tree = object.tree();
      const Json::Value* at = &tree;
      for (const std::string& part : split(requirement.key, '.'))
        at = at != nullptr ? find(*at, part) : nullptr;
      if (at != nullptr && at->isString()) value = at->asString();
    }
    if (!holds(requirement, &value)) return false;
  }
  return true;
}

}  // namespace flotilla::simulator
