#include "render/document/ordered_json.h"

#include "render/base/text.h"
#include "render/document/json.h"

#include <algorithm>

namespace flotilla {

namespace {

using Kind = OrderedJson::Kind;
using Tokens = std::vector<std::string>;

// Builds the tree of a text that is known to be valid JSON, so that nothing has to be checked.
class Builder {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  OrderedJson value() {
    skip_space();
    OrderedJson made;
    if (text_[at_] == '{') {
      made.kind = Kind::map;
      items('}', [&] { made.children.push_back(member()); });
    } else if (text_[at_] == '[') {
      made.kind = Kind::list;
      items(']', [&] { made.children.push_back(value()); });
    } else {
      made.literal = literal();
    }
    if (made.kind != Kind::literal) made.literal.clear();
    return made;
  }

 private:
  template <class Read>
  void items(char close, Read read) {
    ++at_;
    for (skip_space(); text_[at_] != close; skip_space()) {
      if (text_[at_] == ',') ++at_;
      read();
    }
    ++at_;
  }

  OrderedJson member() {
    skip_space();
    std::string key_literal = literal();
    skip_space();
    ++at_;  // ':'
    OrderedJson made = value();
    if (const auto key = parse_json_fast(key_literal)) made.key = key->asString();
    made.key_literal = std::move(key_literal);
    return made;
  }

  std::string literal() {
    const std::size_t start = at_;
    if (text_[at_] == '"') {
      for (++at_; text_[at_] != '"'; ++at_)
        if (text_[at_] == '\\') ++at_;
      ++at_;
    } else {
      at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    }
    return std::string(text_.substr(start, at_ - start));
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  std::string_view text_;
  std::size_t at_ = 0;
};

// Outside of texts none of these characters can stand.
void write_literal(std::string& out, std::string_view literal) {
  for (std::size_t i = 0; i < literal.size(); ++i) {
    const std::string_view rest = literal.substr(i);
    if (rest[0] == '<') {
      out += "\\u003c";
    } else if (rest[0] == '>') {
      out += "\\u003e";
    } else if (rest[0] == '&') {
      out += "\\u0026";
    } else if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) {
      out += rest[2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += rest[0];
    }
  }
}

void write(std::string& out, const OrderedJson& value) {
  if (value.kind == Kind::literal) return write_literal(out, value.literal);
  const bool is_map = value.kind == Kind::map;
  out += is_map ? '{' : '[';
  bool first = true;
  for (const OrderedJson& child : value.children) {
    if (!first) out += ',';
    first = false;
    if (is_map) {
      write_literal(out, child.key_literal.empty() ? canonical_json(Json::Value(child.key))
                                                   : child.key_literal);
      out += ':';
    }
    write(out, child);
  }
  out += is_map ? '}' : ']';
}

std::string_view name_of(Kind kind) {
  return kind == Kind::map ? "a map" : kind == Kind::list ? "a list" : "a single value";
}

std::vector<OrderedJson>::iterator find_key(OrderedJson& map, const std::string& key) {
  return std::find_if(map.children.begin(), map.children.end(),
                      [&](const OrderedJson& child) { return child.key == key; });
}

Result<OrderedJson*> child(OrderedJson& parent, const std::string& token) {
  if (parent.kind == Kind::list) {
    TRY_ASSIGN(const std::size_t index, list_place(token, parent.children.size()));
    return &parent.children[index];
  }
  if (parent.kind != Kind::map)
    return fail(Code::invalid, "\"" + token + "\" is looked for in " +
                                   std::string(name_of(parent.kind)) + ", want a map or a list");
  const auto found = find_key(parent, token);
  if (found == parent.children.end()) return fail(Code::invalid, "there is no \"" + token + "\"");
  return &*found;
}

// Karmada's patch library writes the keys of the maps on its way anew.
void open(OrderedJson& map) {
  for (OrderedJson& member : map.children) member.key_literal.clear();
}

Result<OrderedJson*> parent_of(OrderedJson& root, const Tokens& tokens) {
  OrderedJson* value = &root;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    open(*value);
    TRY_ASSIGN(value, child(*value, tokens[i]));
  }
  if (value->kind == Kind::literal)
    return fail(Code::invalid,
                "the parent is " + std::string(name_of(value->kind)) + ", want a map or a list");
  open(*value);
  return value;
}

// Puts a value where another one is, which keeps its key.
void put(OrderedJson& place, const Json::Value& value) {
  OrderedJson made = ordered_json(value);
  made.key = std::move(place.key);
  place = std::move(made);
}

Result<void> add(OrderedJson& parent, const std::string& token, const Json::Value& value) {
  if (parent.kind == Kind::map) {
    auto place = find_key(parent, token);
    if (place == parent.children.end()) {
      place = parent.children.emplace(place);
      place->key = token;
    }
    put(*place, value);
    return {};
  }
  std::size_t index = parent.children.size();
  if (token != "-") {
    TRY_ASSIGN(index, list_place(token, index + 1));
  }
  parent.children.insert(parent.children.begin() + static_cast<std::ptrdiff_t>(index),
                         ordered_json(value));
  return {};
}

Result<void> apply_step(OrderedJson& root, const PatchStep& step) {
  TRY_ASSIGN(const Tokens tokens, parse_pointer(step.path));
  if (tokens.empty()) {
    if (step.op == PatchOp::remove)
      return fail(Code::invalid, "the whole document cannot be removed");
    if (!step.value.isObject() && !step.value.isArray())
      return fail(Code::invalid, "the whole document would become " +
                                     std::string(type_name(step.value)) + ", want a map or a list");
    root = ordered_json(step.value);
    return {};
  }
  TRY_ASSIGN(OrderedJson * parent, parent_of(root, tokens));
  if (step.op == PatchOp::add) return add(*parent, tokens.back(), step.value);
  TRY_ASSIGN(OrderedJson * target, child(*parent, tokens.back()));
  if (step.op == PatchOp::remove) {
    parent->children.erase(parent->children.begin() + (target - parent->children.data()));
  } else {
    put(*target, step.value);
  }
  return {};
}

}  // namespace

Result<OrderedJson> parse_ordered_json(std::string_view text) {
  TRY(parse_json(text));
  return Builder(text).value();
}

OrderedJson ordered_json(const Json::Value& value) {
  const std::string text = canonical_json(value);
  return Builder(text).value();
}

std::string to_string(const OrderedJson& value) {
  std::string text;
  write(text, value);
  return text;
}

Result<void> apply_patch(OrderedJson& root, const std::vector<PatchStep>& steps) {
  if (root.kind == Kind::literal)
    return fail(Code::invalid, "the document is a single value, want a map or a list");
  OrderedJson patched = root;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (auto done = apply_step(patched, steps[i]); !done)
      return fail(while_doing(std::move(done).error(), step_title(i, steps[i])));
  root = std::move(patched);
  return {};
}

}  // namespace flotilla
