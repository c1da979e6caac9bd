#include "render/document/pointer.h"

#include "render/base/text.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace flotilla {

namespace {

using Tokens = std::vector<std::string>;

std::string_view name_of(PatchOp op) {
  switch (op) {
    case PatchOp::add:
      return "add";
    case PatchOp::remove:
      return "remove";
    case PatchOp::replace:
      return "replace";
  }
  return "";
}

// A decimal number as Go's strconv.Atoi takes it: a sign and leading zeros are fine.
std::optional<long> parse_index(std::string_view token) {
  if (token.size() > 1 && token[0] == '+' && token[1] != '-') token.remove_prefix(1);
  long index = 0;
  const auto [end, status] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (token.empty() || status != std::errc() || end != token.data() + token.size())
    return std::nullopt;
  return index;
}

Result<Json::Value*> child(Json::Value& parent, const std::string& token) {
  if (parent.isArray()) {
    TRY_ASSIGN(const std::size_t index, list_place(token, parent.size()));
    return &parent[static_cast<Json::ArrayIndex>(index)];
  }
  if (!parent.isObject())
    return fail(Code::invalid, "\"" + token + "\" is looked for in " +
                                   std::string(type_name(parent)) + ", want a map or a list");
  if (find(parent, token) == nullptr) return fail(Code::invalid, "there is no \"" + token + "\"");
  return parent.demand(token.data(), token.data() + token.size());
}

Result<Json::Value*> parent_of(Json::Value& root, const Tokens& tokens) {
  Json::Value* value = &root;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    TRY_ASSIGN(value, child(*value, tokens[i]));
  }
  if (!value->isObject() && !value->isArray())
    return fail(Code::invalid,
                "the parent is " + std::string(type_name(*value)) + ", want a map or a list");
  return value;
}

Result<void> add(Json::Value& parent, const std::string& token, const Json::Value& value) {
  if (parent.isObject()) {
    *parent.demand(token.data(), token.data() + token.size()) = value;
    return {};
  }
  if (token == "-") {
    parent.append(value);
    return {};
  }
  TRY_ASSIGN(const std::size_t index, list_place(token, std::size_t{parent.size()} + 1));
  parent.insert(static_cast<Json::ArrayIndex>(index), value);
  return {};
}

Result<void> remove(Json::Value& parent, const std::string& token) {
  TRY(child(parent, token));
  if (parent.isObject()) {
    parent.removeMember(token.data(), token.data() + token.size(), nullptr);
    return {};
  }
  TRY_ASSIGN(const std::size_t index, list_place(token, parent.size()));
  Json::Value removed;
  parent.removeIndex(static_cast<Json::ArrayIndex>(index), &removed);
  return {};
}

Result<void> apply_step(Json::Value& root, const PatchStep& step) {
  TRY_ASSIGN(const Tokens tokens, parse_pointer(step.path));
  if (tokens.empty()) {
    if (step.op == PatchOp::remove)
      return fail(Code::invalid, "the whole document cannot be removed");
    root = Json::Value(step.value);
    return {};
  }
  TRY_ASSIGN(Json::Value * parent, parent_of(root, tokens));
  if (step.op == PatchOp::add) return add(*parent, tokens.back(), step.value);
  if (step.op == PatchOp::remove) return remove(*parent, tokens.back());
  TRY_ASSIGN(Json::Value * target, child(*parent, tokens.back()));
  *target = step.value;
  return {};
}

}  // namespace

Result<Tokens> parse_pointer(std::string_view text) {
  if (text.empty()) return Tokens{};
  if (text[0] != '/')
    return fail(Code::invalid, "the path \"" + std::string(text) + "\" does not begin with '/'");
  Tokens tokens = split(text.substr(1), '/');
  for (std::string& token : tokens)
    token = replace_all(replace_all(std::move(token), "~1", "/"), "~0", "~");
  return tokens;
}

std::string pointer_text(const Tokens& tokens) {
  std::string text;
  for (const std::string& token : tokens) {
    text += '/';
    text += replace_all(replace_all(token, "~", "~0"), "/", "~1");
  }
  return text;
}

const Json::Value* resolve(const Json::Value& root, const Tokens& tokens) {
  const Json::Value* value = &root;
  for (const std::string& token : tokens) {
    if (value->isArray()) {
      const bool digits =
          !token.empty() && token.find_first_not_of("0123456789") == std::string::npos;
      const auto index = digits ? parse_index(token) : std::nullopt;
      if (!index || *index >= static_cast<long>(value->size())) return nullptr;
      value = &(*value)[static_cast<Json::ArrayIndex>(*index)];
      continue;
    }
    value = find(*value, token);
    if (value == nullptr) return nullptr;
  }
  return value;
}

Json::Value* resolve(Json::Value& root, const Tokens& tokens) {
  return const_cast<Json::Value*>(resolve(std::as_const(root), tokens));
}

Result<std::size_t> list_place(const std::string& token, std::size_t places) {
  if (token == "-") return fail(Code::invalid, "\"-\" is for add only, want an index");
  auto index = parse_index(token);
  if (!index) return fail(Code::invalid, "\"" + token + "\" is no list index");
  const auto end = static_cast<long>(places);
  if (*index < 0) *index += end;
  if (*index < 0 || *index >= end)
    return fail(Code::invalid,
                "index " + token + " is outside of a list of " + std::to_string(end) + " places");
  return static_cast<std::size_t>(*index);
}

std::string step_title(std::size_t index, const PatchStep& step) {
  return "applying step " + std::to_string(index + 1) + ", " + std::string(name_of(step.op)) +
         " \"" + step.path + "\"";
}

Result<void> apply_patch(Json::Value& root, const std::vector<PatchStep>& steps) {
  Json::Value patched = root;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    auto done = apply_step(patched, steps[i]);
    if (!done) return fail(while_doing(std::move(done).error(), step_title(i, steps[i])));
  }
  root.swap(patched);
  return {};
}

}  // namespace flotilla
