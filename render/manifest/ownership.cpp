#include "render/manifest/ownership.h"

#include "render/document/field_element.h"
#include "render/document/pointer.h"
#include "render/manifest/claims.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

namespace flotilla::manifest {

namespace {

bool says_nothing(const Json::Value& value) {
  return value.isNull() || ((value.isObject() || value.isArray()) && value.empty());
}

// What no applier owns: identity, and what the server fills in (it drops these from every set).
bool is_the_servers(const std::vector<std::string>& tokens) {
  static constexpr std::string_view at_top[] = {"apiVersion", "kind", "status"};
  static constexpr std::string_view of_metadata[] = {"name",
                                                     "namespace",
                                                     "generateName",
                                                     "creationTimestamp",
                                                     "selfLink",
                                                     "uid",
                                                     "generation",
                                                     "managedFields",
                                                     "deletionGracePeriodSeconds",
                                                     "deletionTimestamp",
                                                     "resourceVersion"};
  if (tokens.size() == 1) return std::ranges::find(at_top, tokens[0]) != std::end(at_top);
  return tokens.size() == 2 && tokens[0] == "metadata" &&
         std::ranges::find(of_metadata, tokens[1]) != std::end(of_metadata);
}

class Losses {
 public:
  void walk_fields(const Json::Value& map, const Claims& claims) {
    for (auto it = map.begin(); it != map.end(); ++it) {
      const std::string name = it.name();
      const std::string element = "f:" + name;
      enter(name, element);
      if (!is_the_servers(tokens_)) walk(*it, below(claims, element));
      leave();
    }
  }

  std::vector<LostField> sorted() && {
    std::ranges::sort(lost_, {}, &LostField::pointer);
    return std::move(lost_);
  }

 private:
  void walk(const Json::Value& value, const Claims& claims) {
    if (says_nothing(value)) return;
    const bool is_metadata = tokens_.size() == 1 && tokens_[0] == "metadata" && value.isObject();
    if (is_metadata) return walk_fields(value, claims);
    const bool container = value.isObject() || value.isArray();
    if (!container || !is_divided(claims)) {
      if (claims.ours.empty()) lose(claims.others);
    } else if (value.isObject()) {
      walk_fields(value, claims);
    } else {
      walk_items(value, claims);
    }
  }

  void walk_items(const Json::Value& list, const Claims& claims) {
    const std::vector<std::string> elements = elements_of(list, claims);
    for (Json::ArrayIndex i = 0; i < list.size(); ++i) {
      const Claims item = below(claims, elements[i]);
      enter(std::to_string(i), elements[i]);
      if (item.ours.empty() && is_remade(item)) {
        lose(item.others);
      } else {
        walk(list[i], item);
      }
      leave();
    }
  }

  // Taken out and put back by somebody, who owns the item itself then.
  static bool is_remade(const Claims& item) {
    return std::ranges::any_of(item.others,
                               [](const Claim& claim) { return claim.fields->isMember("."); });
  }

  void lose(const std::vector<Claim>& owners) {
    LostField lost;
    lost.pointer = pointer_text(tokens_);
    for (const std::string& element : elements_) lost.path += field_element_text(element);
    for (const Claim& claim : owners) {
      const std::string time = get_string(*claim.entry, "time");
      if (!lost.manager.empty() && time < lost.time) continue;
      lost.manager = get_string(*claim.entry, "manager");
      lost.applied = get_string(*claim.entry, "operation") == "Apply";
      lost.subresource = get_string(*claim.entry, "subresource");
      lost.time = time;
    }
    lost_.push_back(std::move(lost));
  }

  void enter(const std::string& token, const std::string& element) {
    tokens_.push_back(token);
    elements_.push_back(element);
  }
  void leave() {
    tokens_.pop_back();
    elements_.pop_back();
  }

  std::vector<std::string> tokens_;
  std::vector<std::string> elements_;
  std::vector<LostField> lost_;
};

std::optional<Json::ArrayIndex> index_in(const Json::Value& list, const std::string& token) {
  Json::ArrayIndex index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc() || end != token.data() + token.size() || index >= list.size())
    return std::nullopt;
  return index;
}

// The claims on what `pointer` names in `manifest`; none if it names nothing.
Claims claims_at(const Json::Value& manifest, const Json::Value& metadata,
                 std::string_view pointer) {
  const auto tokens = parse_pointer(pointer);
  if (!tokens || resolve(manifest, *tokens) == nullptr) return {};
  Claims claims = claims_of(metadata);
  const Json::Value* value = &manifest;
  for (const std::string& token : *tokens) {
    if (!is_divided(claims)) return claims;  // a part of a unit is owned with it
    std::string element = "f:" + token;
    if (value->isArray()) {
      const auto index = index_in(*value, token);
      if (!index) return {};
      element = elements_of(*value, claims)[*index];
      value = &(*value)[*index];
    } else {
      value = find(*value, token);
    }
    claims = below(claims, element);
  }
  return claims;
}

}  // namespace

std::vector<LostField> lost_fields(const Json::Value& manifest, const Json::Value& metadata) {
  if (!manifest.isObject()) return {};
  Losses losses;
  losses.walk_fields(manifest, claims_of(metadata));
  return std::move(losses).sorted();
}

bool owns(const Json::Value& manifest, const Json::Value& metadata, std::string_view pointer) {
  return !claims_at(manifest, metadata, pointer).ours.empty();
}

bool others_own(const Json::Value& manifest, const Json::Value& metadata,
                std::string_view pointer) {
  return !claims_at(manifest, metadata, pointer).others.empty();
}

bool is_kubectl(std::string_view manager) {
  return manager.starts_with("kubectl") || manager == "before-first-apply";
}

bool is_autoscaled(const LostField& field) {
  return field.subresource == "scale" && !is_kubectl(field.manager);
}

}  // namespace flotilla::manifest
