#include "render/yaml/builder.h"

#include "render/base/text.h"
#include "render/document/json.h"
#include "render/yaml/scalar.h"

#include <algorithm>

namespace flotilla::yaml {

namespace {

constexpr std::string_view core_tag = "tag:yaml.org,2002:";
constexpr std::size_t max_problems = 1000;
// All aliases of a file together may copy as much as this many documents may hold: a file of many
// small bombs is a bomb too.
constexpr std::size_t copies_per_file = 10;

std::string_view core_name(std::string_view tag) {
  return tag.substr(0, core_tag.size()) == core_tag ? tag.substr(core_tag.size())
                                                    : std::string_view();
}

bool is_resolvable(std::string_view name) {
  return name == "str" || name == "int" || name == "float" || name == "bool" || name == "null";
}

}  // namespace

Builder::Builder(std::string_view file, const Limits& limits, ReadResult& result)
    : file_(file), limits_(limits), result_(result) {}

void Builder::begin_document() {
  root_ = Json::Value();
  depth_ = 0;
  levels_ = 0;
  size_ = {};
  failed_ = skipping_ = false;
}

void Builder::end_document() {
  anchors_.clear();
  scratch_.clear();
  if (failed_ || root_.isNull()) return;
  if (++documents_ > limits_.documents) {
    give_up("too-large", position_of(root_),
            "more than " + std::to_string(limits_.documents) + " documents in a file");
    stopped_ = true;
    return;
  }
  SourceRef start = at(root_, file_);
  result_.documents.push_back({std::move(root_), std::move(start)});
}

void Builder::scalar(Position at, std::string_view anchor, std::string_view tag,
                     std::string_view text, bool plain) {
  if (skipping_) return;
  const bool is_key = expects_key();
  if (is_key) {
    take_scalar_key(at, tag, text, plain);
    if (anchor.empty() || skipping_) return;
  } else if (!charge({1, text.size(), 0}, at)) {
    return;
  }
  auto value = value_of(tag, text, plain);
  Json::Value* slot = is_key ? &scratch_.emplace_back() : next_slot();
  if (value) {
    *slot = std::move(*value);
  } else if (!is_key) {
    problem(tag.empty() ? "bad-number" : "bad-scalar", at, value.error().message);
  }
  if (is_key) {
    set_position(*slot, at);
  } else {
    filled(*slot, at);
  }
  if (!anchor.empty()) set_anchor(anchor, slot, {1, text.size(), 0});
}

void Builder::begin(Position at, std::string_view anchor, Json::ValueType type) {
  if (++levels_ > limits_.depth) {
    stopped_ = true;  // the parser's own time grows with the square of the levels
    return give_up("too-large", at,
                   "more than " + std::to_string(limits_.depth) + " levels in a document");
  }
  if (skipping_) return;
  if (expects_key()) return complex_key(at);
  if (!charge({1, 0, 0}, at)) return;
  Json::Value* slot = next_slot();
  *slot = Json::Value(type);
  filled(*slot, at);
  if (depth_ == frames_.size()) frames_.emplace_back();
  Frame& frame = frames_[depth_++];
  frame.node = slot;
  frame.slot = nullptr;
  frame.anchor = anchor;
  frame.before = {size_.nodes - 1, size_.bytes, 0};
  frame.height = 1;
  frame.merges.clear();
  frame.keys.clear();
  if (!anchor.empty()) set_anchor(anchor, nullptr, {});
}

void Builder::end() {
  --levels_;
  if (skipping_) return;
  Frame& frame = top();
  merge_into(frame);
  if (skipping_) return;
  const Size size{size_.nodes - frame.before.nodes, size_.bytes - frame.before.bytes, frame.height};
  if (!frame.anchor.empty()) set_anchor(frame.anchor, frame.node, size);
  --depth_;
  if (depth_ > 0) top().height = std::max(top().height, size.height + 1);
}

void Builder::alias(Position at, std::string_view name) {
  if (skipping_) return;
  const auto found = anchors_.find(name);
  if (found == anchors_.end() || found->second.node == nullptr) {
    std::string message = "the alias *";
    message.append(name).append(found == anchors_.end() ? " has no anchor before it"
                                                        : " stands inside of its own anchor");
    return give_up("bad-alias", at, std::move(message));
  }
  const Anchor& anchor = found->second;
  if (expects_key()) return alias_key(at, anchor);
  if (anchor.node->isArray() && is_merge_value())
    return give_up("bad-merge", at, "\"<<\" wants an alias of a map, found one of a list");
  Size size = anchor.size;
  if (is_merge_value() && size.height > 0)
    --size.height;  // what is merged stands where "<<" stands, not below it
  if (!charge_copy(size, at)) return;
  if (depth_ > 0) top().height = std::max(top().height, size.height + 1);
  Json::Value* slot = next_slot();
  *slot = Json::Value(*anchor.node);
  filled(*slot, at);
}

bool Builder::expects_key() const {
  return depth_ > 0 && frames_[depth_ - 1].node->isObject() && frames_[depth_ - 1].slot == nullptr;
}

bool Builder::is_merge_value() const {
  if (depth_ == 0 || frames_[depth_ - 1].merges.empty()) return false;
  return frames_[depth_ - 1].slot == frames_[depth_ - 1].merges.back();
}

// The place for the value that comes now.
Json::Value* Builder::next_slot() {
  if (depth_ == 0) return &root_;
  Frame& frame = top();
  if (frame.node->isArray()) return &frame.node->append(Json::Value());
  return frame.slot;
}

// A null in a map is seen at its key: the place where its value would be may be the next line.
void Builder::filled(Json::Value& slot, Position at) {
  const bool in_map = depth_ > 0 && top().node->isObject();
  set_position(slot, in_map && slot.isNull() ? top().key : at);
  if (in_map) top().slot = nullptr;
}

void Builder::take_key(Position at, std::string_view text) {
  Frame& frame = top();
  frame.key = at;
  size_.bytes += text.size();
  const auto members = frame.node->size();
  frame.slot = frame.node->demand(text.data(), text.data() + text.size());
  if (frame.node->size() > members) {
    frame.keys.emplace_back(frame.slot, at);
    return;
  }
  const auto first = std::find_if(frame.keys.begin(), frame.keys.end(),
                                  [&](const auto& key) { return key.first == frame.slot; });
  std::string message = "the key \"";
  message.append(text)
      .append("\" stands in line ")
      .append(std::to_string(first->second.line))
      .append(" and again in line ");
  problem("duplicate-key", at, message.append(std::to_string(at.line)).append(", want it once"));
  frame.slot = &scratch_.emplace_back();
}

void Builder::take_scalar_key(Position at, std::string_view tag, std::string_view text,
                              bool plain) {
  if (text == "<<" && ((plain && tag.empty()) || core_name(tag) == "merge")) {
    top().key = at;
    top().slot = &scratch_.emplace_back();
    top().merges.push_back(top().slot);
    return;
  }
  const std::string_view name = core_name(tag);
  Result<Scalar> scalar = Scalar{};
  if (is_resolvable(name)) scalar = resolve_tagged(name, text);
  if (tag.empty() && plain) scalar = resolve_plain(text);
  if (scalar && scalar->kind == Scalar::Kind::text) return take_key(at, text);
  const auto key = scalar ? to_key(*scalar, text) : Result<std::string>(fail(scalar.error()));
  if (key) return take_key(at, *key);
  problem("bad-key", at, key.error().message);
  top().key = at;
  top().slot = &scratch_.emplace_back();
}

void Builder::alias_key(Position at, const Anchor& anchor) {
  const Json::Value& node = *anchor.node;
  if (!charge_copy(anchor.size, at)) return;
  if (node.isObject() || node.isArray()) return complex_key(at);
  if (node.isString()) return take_key(at, node.asString());
  take_scalar_key(at, {}, canonical_json(node), true);
}

void Builder::complex_key(Position at) {
  give_up("bad-key", at,
          "a map or a list stands where a key is wanted (a template such as {{ .Values.x }} must "
          "be in quotes)");
}

void Builder::merge_into(Frame& frame) {
  const auto merge = [&](const Json::Value& source, std::string_view wanted) {
    if (skipping_) return;
    if (source.isObject()) return merge_map(frame, source);
    std::string message = "\"<<\" wants ";
    message.append(wanted).append(", found ").append(type_name(source));
    problem("bad-merge", position_of(source), std::move(message));
  };
  for (const Json::Value* value : frame.merges) {
    if (!value->isArray()) {
      merge(*value, "a map or a list of maps");
      continue;
    }
    for (const Json::Value& item : *value) merge(item, "maps in its list");
  }
}

// Keys that are there already win. Every key is charged, copied or not: looking costs time too.
void Builder::merge_map(Frame& frame, const Json::Value& source) {
  for (auto it = source.begin(); it != source.end(); ++it) {
    const char* end = nullptr;
    const char* begin = it.memberName(&end);
    const bool is_there = frame.node->find(begin, end) != nullptr;
    const Size size = is_there ? Size{1, 0, 0} : measure(*it);
    if (!charge_copy({size.nodes, size.bytes + static_cast<std::size_t>(end - begin), size.height},
                     position_of(source)))
      return;
    if (is_there) continue;
    *frame.node->demand(begin, end) = *it;
    frame.height = std::max(frame.height, size.height + 1);
  }
}

Result<Json::Value> Builder::value_of(std::string_view tag, std::string_view text,
                                      bool plain) const {
  if (tag.empty()) {
    if (!plain) return Json::Value(text.data(), text.data() + text.size());
    return to_json(resolve_plain(text), text);
  }
  const std::string_view name = core_name(tag);
  if (name == "binary") {
    const auto bytes = base64_decode(text);
    if (!bytes) return fail(Code::invalid, "a value tagged !!binary is not valid base64");
    if (!is_utf8(*bytes))
      return fail(Code::invalid,
                  "a value tagged !!binary is not UTF-8 text, which JSON cannot hold");
    return Json::Value(*bytes);
  }
  if (!is_resolvable(name)) return Json::Value(text.data(), text.data() + text.size());
  TRY_ASSIGN(const Scalar scalar, resolve_tagged(name, text));
  return to_json(scalar, text);
}

bool Builder::charge(const Size& size, Position at) {
  size_.nodes += size.nodes;
  size_.bytes += size.bytes;
  if (size_.nodes <= limits_.nodes) return true;
  const bool by_aliases = copied_.nodes > 0;
  give_up(by_aliases ? "alias-limit" : "too-large", at,
          "more than " + std::to_string(limits_.nodes) + " nodes in a document" +
              (by_aliases ? " after its aliases are followed" : ""));
  return false;
}

bool Builder::charge_copy(const Size& size, Position at) {
  copied_.nodes += size.nodes;
  copied_.bytes += size.bytes;
  if (!charge(size, at)) return false;
  if (depth_ + static_cast<std::size_t>(size.height) > static_cast<std::size_t>(limits_.depth)) {
    give_up("too-large", at,
            "more than " + std::to_string(limits_.depth) +
                " levels in a document after its aliases are followed");
    return false;
  }
  if (copied_.bytes <= limits_.bytes && copied_.nodes <= limits_.nodes * copies_per_file)
    return true;
  give_up("alias-limit", at,
          "the aliases of the file copy more than " + std::to_string(limits_.bytes) + " bytes or " +
              std::to_string(limits_.nodes * copies_per_file) + " nodes");
  stopped_ = true;
  return false;
}

void Builder::set_anchor(std::string_view name, const Json::Value* node, const Size& size) {
  anchors_.insert_or_assign(std::string(name), Anchor{node, size});
}

Builder::Size Builder::measure(const Json::Value& value) {
  Size size{1, 0, 0};
  if (value.isString()) {
    const char* begin = nullptr;
    const char* end = nullptr;
    value.getString(&begin, &end);
    size.bytes = static_cast<std::size_t>(end - begin);
  }
  if (!value.isArray() && !value.isObject()) return size;
  for (auto it = value.begin(); it != value.end(); ++it) {
    const Size part = measure(*it);
    size.nodes += part.nodes;
    size.bytes += part.bytes;
    size.height = std::max(size.height, part.height);
    if (!value.isObject()) continue;
    const char* end = nullptr;
    const char* begin = it.memberName(&end);
    size.bytes += static_cast<std::size_t>(end - begin);
  }
  ++size.height;
  return size;
}

void Builder::problem(std::string code, Position at, std::string message) {
  failed_ = true;
  if (result_.problems.size() == max_problems) {
    stopped_ = skipping_ = true;
    code = "too-many-problems";
    message =
        "more than " + std::to_string(max_problems) + " problems, the rest of the file is not read";
  }
  if (result_.problems.size() <= max_problems)
    result_.problems.push_back(
        error_at(std::move(code), {file_, at.line, at.column}, std::move(message)));
}

void Builder::give_up(std::string code, Position at, std::string message) {
  skipping_ = true;
  problem(std::move(code), at, std::move(message));
}

}  // namespace flotilla::yaml
