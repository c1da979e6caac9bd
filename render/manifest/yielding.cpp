#include "render/document/pointer.h"
#include "render/manifest/claims.h"
#include "render/manifest/ownership.h"

#include <algorithm>

namespace flotilla::manifest {

namespace {

constexpr std::string_view any_item = "*";

bool is_number(std::string_view token) {
  return !token.empty() && token.find_first_not_of("0123456789") == std::string_view::npos;
}

bool begins_with(const std::vector<std::string>& tokens, const std::vector<std::string>& prefix) {
  if (prefix.size() > tokens.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i)
    if (prefix[i] != tokens[i] && !(prefix[i] == any_item && is_number(tokens[i]))) return false;
  return true;
}

bool is_only_ours(const Claims& claims) { return !claims.ours.empty() && claims.others.empty(); }

bool is_key(const std::vector<std::string>& keys, const std::string& name) {
  return std::ranges::find(keys, name) != keys.end();
}

using Tokens = std::vector<std::string>;

// What a pointer still has to go.
struct Rest {
  const Tokens* tokens;
  std::size_t next;
  bool ends() const { return next == tokens->size(); }
  const std::string& token() const { return (*tokens)[next]; }
};
using Rests = std::vector<Rest>;

Rests into_field(const Rests& rests, const std::string& name) {
  Rests below;
  for (const Rest& rest : rests)
    if (rest.token() == name) below.push_back({rest.tokens, rest.next + 1});
  return below;
}

Rests into_item(const Rests& rests, Json::ArrayIndex index) {
  const std::string number = std::to_string(index);
  Rests below;
  for (const Rest& rest : rests)
    if (rest.token() == any_item || rest.token() == number)
      below.push_back({rest.tokens, rest.next + 1});
  return below;
}

bool ends_here(const Rests& rests) {
  return std::ranges::any_of(rests, [](const Rest& rest) { return rest.ends(); });
}

// These take out of `value` what is not ours alone, and give true if `value` itself is to go.
bool strip(Json::Value& value, const Claims& claims, const Tokens& keys);

bool strip_items(Json::Value& list, const Claims& claims) {
  const std::vector<std::string> elements = elements_of(list, claims);
  Json::Value kept(Json::arrayValue);
  for (Json::ArrayIndex i = 0; i < list.size(); ++i)
    if (!strip(list[i], below(claims, elements[i]), keys_of(elements[i])))
      kept.append(std::move(list[i]));
  list = std::move(kept);
  return list.empty();
}

// `keys` of an item stay while anything of it does.
bool strip(Json::Value& value, const Claims& claims, const Tokens& keys) {
  const bool container = value.isObject() || value.isArray();
  if (!container || value.empty() || !is_divided(claims)) return !is_only_ours(claims);
  if (value.isArray()) return strip_items(value, claims);
  bool any = false;
  for (const std::string& name : value.getMemberNames()) {
    if (is_key(keys, name)) continue;
    if (strip(value[name], below_field(claims, name), {})) {
      value.removeMember(name);
    } else {
      any = true;
    }
  }
  return !any && (keys.empty() || !is_only_ours(claims));
}

bool follow(Json::Value& value, const Claims& claims, const Rests& rests, const Tokens& keys);

bool follow_items(Json::Value& list, const Claims& claims, const Rests& rests) {
  const std::vector<std::string> elements = elements_of(list, claims);
  Json::Value kept(Json::arrayValue);
  for (Json::ArrayIndex i = 0; i < list.size(); ++i) {
    const Rests further = into_item(rests, i);
    const Claims item = below(claims, elements[i]);
    // An item that is not there yet, or not any more, is sent with all that it needs.
    const bool absent = item.none() && !ends_here(further);
    if (further.empty() || absent || !follow(list[i], item, further, keys_of(elements[i])))
      kept.append(std::move(list[i]));
  }
  list = std::move(kept);
  return list.empty();
}

bool follow(Json::Value& value, const Claims& claims, const Rests& rests, const Tokens& keys) {
  if (ends_here(rests)) return strip(value, claims, keys);
  if ((!value.isObject() && !value.isArray()) || value.empty()) return false;
  if (!is_divided(claims) && !claims.none()) return false;  // a unit is sent whole or not at all
  if (value.isArray()) return follow_items(value, claims, rests);
  for (const std::string& name : value.getMemberNames()) {
    const Rests further = into_field(rests, name);
    if (further.empty() || is_key(keys, name)) continue;
    if (follow(value[name], below_field(claims, name), further, {})) value.removeMember(name);
  }
  return value.empty();
}

}  // namespace

bool is_under(std::string_view pointer, const std::vector<std::string>& pointers) {
  const auto tokens = parse_pointer(pointer);
  if (!tokens) return false;
  return std::ranges::any_of(pointers, [&](const std::string& each) {
    const auto prefix = parse_pointer(each);
    return prefix && begins_with(*tokens, *prefix);
  });
}

Json::Value yielding(Json::Value manifest, const Json::Value& metadata,
                     const std::vector<std::string>& yielded) {
  if (metadata.isNull() || yielded.empty() || !manifest.isObject()) return manifest;
  std::vector<Tokens> all;
  for (const std::string& pointer : yielded)
    if (auto tokens = parse_pointer(pointer); tokens && !tokens->empty())
      all.push_back(std::move(*tokens));
  Rests rests;
  for (const Tokens& tokens : all) rests.push_back({&tokens, 0});
  Json::Value sent = manifest;
  follow(sent, claims_of(metadata), rests, {});
  // Without its identity it could not be sent.
  for (const char* name : {"apiVersion", "kind"})
    if (const Json::Value* value = find(manifest, name)) sent[name] = *value;
  for (const char* name : {"name", "namespace"})
    if (const Json::Value* value = find_path(manifest, {"metadata", name}))
      sent["metadata"][name] = *value;
  return sent;
}

}  // namespace flotilla::manifest
