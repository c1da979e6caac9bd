#include "overrides/overriders/image.h"

#include "overrides/fields.h"
#include "render/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace flotilla::overrides {

namespace {

// The grammar of github.com/distribution/reference, by hand: std::regex is slow and recurses once
// per character.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

template <class Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

bool is_tag(std::string_view text) {
  const auto word = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
  if (text.empty() || text.size() > 128 || !word(text.front())) return false;
  return all(text, [&](char c) { return word(c) || c == '.' || c == '-'; });
}

// algorithm ":" at least 32 hex digits; the algorithm's parts begin with a letter and stand between
// one of - _ + .
bool is_digest(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view hex = text.substr(colon + 1);
  if (hex.size() < 32 || !all(hex, is_hex)) return false;
  bool at_start = true;
  for (const char c : text.substr(0, colon)) {
    const bool separator = c == '-' || c == '_' || c == '+' || c == '.';
    if (at_start ? !is_letter(c) : !(is_letter(c) || is_digit(c) || separator)) return false;
    at_start = separator;
  }
  return !at_start;
}

// What a digest in an image must be beyond its grammar: a known algorithm and its full length.
bool is_known_digest(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::size_t>, 3> known = {
      {{"sha256:", 64}, {"sha384:", 96}, {"sha512:", 128}}};
  return std::any_of(known.begin(), known.end(), [&](const auto& algorithm) {
    const auto& [prefix, length] = algorithm;
    if (!text.starts_with(prefix)) return false;
    const std::string_view hex = text.substr(prefix.size());
    return hex.size() == length &&
           all(hex, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
  });
}

// alnum (separator alnum)*, where a separator is one '.', one or two '_', or any number of '-'.
bool is_path_component(std::string_view text) {
  const auto alnum = [](char c) { return is_lower(c) || is_digit(c); };
  if (text.empty() || !alnum(text.front()) || !alnum(text.back())) return false;
  for (std::size_t i = 0; i < text.size();) {
    if (alnum(text[i])) {
      ++i;
      continue;
    }
    const auto end = text.find_first_not_of(text[i], i);
    const std::size_t length = end - i;  // there is an end: the last character is alphanumeric
    const bool separator =
        text[i] == '-' || (text[i] == '.' && length == 1) || (text[i] == '_' && length <= 2);
    if (!separator || !alnum(text[end])) return false;
    i = end;
  }
  return true;
}

bool is_host(std::string_view text) {
  const auto port_after = [](std::string_view rest) {
    return rest.empty() ||
           (rest.size() > 1 && rest.front() == ':' && all(rest.substr(1), is_digit));
  };
  if (text.starts_with('[')) {  // IPv6
    const auto end = text.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    const bool address = all(text.substr(1, end - 1), [](char c) { return is_hex(c) || c == ':'; });
    return address && port_after(text.substr(end + 1));
  }
  const auto colon = std::min(text.find(':'), text.size());
  if (!port_after(text.substr(colon))) return false;
  const std::vector<std::string> parts = split(text.substr(0, colon), '.');
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    const auto alnum = [](char c) { return is_letter(c) || is_digit(c); };
    return !part.empty() && alnum(part.front()) && alnum(part.back()) &&
           all(part, [&](char c) { return alnum(c) || c == '-'; });
  });
}

bool is_image_name(std::string_view name) {
  const std::vector<std::string> parts = split(name, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_path_component(parts[i])) continue;
    if (i > 0 || parts.size() == 1 || !is_host(parts[i])) return false;
  }
  return true;
}

// A first part that could be a host does not count, even if it is none without a '.' or ':'.
bool is_too_long(std::string_view name) {
  constexpr std::size_t longest_path = 255;
  const auto slash = name.find('/');
  if (slash != std::string_view::npos && is_host(name.substr(0, slash)))
    name.remove_prefix(slash + 1);
  return name.size() > longest_path;
}

tl::unexpected<Error> no_image(std::string_view text) {
  return fail(Code::invalid, "image is \"" + std::string(text) +
                                 "\", want [host[:port]/]name[:tag][@digest] in lower case");
}

void set_tag_or_digest(Image& image, const std::string& input) {
  if (is_tag(input)) {
    image.tag = input;
    image.digest.clear();
  } else if (is_digest(input)) {
    image.digest = input;
    image.tag.clear();
  }
}

void change_tag(Image& image, const ImageChange& change) {
  if (change.op != OverrideOp::remove) {
    const std::string& old = image.tag.empty() ? image.digest : image.tag;
    set_tag_or_digest(image, change.op == OverrideOp::add ? old + change.value : change.value);
  } else if (!image.tag.empty()) {
    image.tag.clear();
  } else {
    image.digest.clear();
  }
}

void change_part(std::string& part, const ImageChange& change) {
  if (change.op == OverrideOp::add) part += change.value;
  if (change.op == OverrideOp::replace) part = change.value;
  if (change.op == OverrideOp::remove) part.clear();
}

Result<void> change_field(Json::Value& field, const ImageChange& change) {
  if (!field.isString()) {
    return fail(Code::invalid, "image is " + std::string(type_name(field)) + ", want a text");
  }
  TRY_ASSIGN(field, change_image(field.asString(), change));
  return {};
}

// All images or none.
Result<void> change_containers(Json::Value& object, const ImageChange& change,
                               const ContainerReach& reach) {
  TRY_ASSIGN(const auto lists, container_lists(object, reach));
  std::vector<std::pair<Json::Value*, Json::Value>> changes;
  for (Json::Value* list : lists) {
    for (Json::Value& container : *list) {
      Json::Value* image = find_path(container, {"image"});
      if (image == nullptr)
        return fail(Code::invalid,
                    "container \"" + get_string(container, "name") + "\" has no image to change");
      Json::Value changed = *image;
      TRY(change_field(changed, change));
      changes.emplace_back(image, std::move(changed));
    }
  }
  for (auto& [image, changed] : changes) image->swap(changed);
  return {};
}

std::string path_fault(const std::string& path) {
  if (!path.starts_with('/')) return "want a path that begins with '/'";
  return path.ends_with('/') ? "want a path that does not end with '/'" : "";
}

// Without the escapes of JSON pointers, as Karmada splits it.
Result<void> change_by_path(Json::Value& object, const std::string& path,
                            const ImageChange& change) {
  if (const std::string fault = path_fault(path); !fault.empty())
    return fail(Code::invalid, "predicate path is \"" + path + "\", " + fault);
  Json::Value* value = &object;
  for (const std::string& key : split(std::string_view(path).substr(1), '/')) {
    if (value->isArray()) {
      Json::ArrayIndex index = 0;
      const auto [end, fault] = std::from_chars(key.data(), key.data() + key.size(), index);
      if (fault != std::errc() || end != key.data() + key.size() || index >= value->size())
        return fail(Code::invalid,
                    "predicate path " + path + ": the list has no entry \"" + key + "\"");
      value = &(*value)[index];
      continue;
    }
    value = find_path(*value, {key});
    if (value == nullptr)
      return fail(Code::invalid, "predicate path " + path + ": there is no \"" + key + "\"");
  }
  return change_field(*value, change);
}

}  // namespace

Result<Image> parse_image(std::string_view text) {
  std::string_view name = text;
  Image image;
  if (const auto at = name.find('@'); at != std::string_view::npos) {
    image.digest = name.substr(at + 1);
    if (!is_digest(image.digest) || !is_known_digest(image.digest)) return no_image(text);
    name = name.substr(0, at);
  }
  const auto last_slash = name.rfind('/');
  if (const auto colon = name.find(':', last_slash == std::string_view::npos ? 0 : last_slash);
      colon != std::string_view::npos) {
    image.tag = name.substr(colon + 1);
    if (!is_tag(image.tag)) return no_image(text);
    name = name.substr(0, colon);
    image.digest.clear();
  }
  if (!is_image_name(name) || is_too_long(name)) return no_image(text);

  const auto slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  const bool has_host =
      slash != std::string_view::npos &&
      (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
  if (has_host) image.host = first;
  image.repository = has_host ? name.substr(slash + 1) : name;
  return image;
}

std::string to_string(const Image& image) {
  std::string text = image.host.empty() ? "" : image.host + "/";
  text += image.repository;
  if (!image.tag.empty()) return text + ":" + image.tag;
  return image.digest.empty() ? text : text + "@" + image.digest;
}

Result<std::string> change_image(std::string_view text, const ImageChange& change) {
  TRY_ASSIGN(Image image, parse_image(text));
  switch (change.component) {
    case ImageComponent::registry:
      change_part(image.host, change);
      break;
    case ImageComponent::repository:
      change_part(image.repository, change);
      break;
    case ImageComponent::tag:
      change_tag(image, change);
      break;
  }
  return to_string(image);
}

std::optional<Overrider> read_image_overrider(const Json::Value& value, const Reading& reading,
                                              const ContainerReach& reach) {
  const std::size_t errors = error_count(reading.problems);
  Fields fields(value, reading);
  ImageChange change;
  const std::string component = fields.choice("component", {"Registry", "Repository", "Tag"}, "");
  if (component == "Repository") change.component = ImageComponent::repository;
  if (component == "Tag") change.component = ImageComponent::tag;
  const std::string op = fields.choice("operator", {"add", "remove", "replace"}, "");
  if (op == "add") change.op = OverrideOp::add;
  if (op == "remove") change.op = OverrideOp::remove;
  change.value = fields.text("value");

  std::string path;
  if (const Json::Value* predicate = fields.map("predicate")) {
    Fields inner(*predicate, fields.at("predicate"));
    path = inner.required_text("path");
    if (!path.empty())
      if (const std::string fault = path_fault(path); !fault.empty())
        inner.at("path").refuse(*inner.any("path"), "invalid-pointer",
                                "is \"" + path + "\", " + fault);
    inner.say_unknown();
  }
  fields.say_unknown();
  if (error_count(reading.problems) > errors) return std::nullopt;

  const SourceRef where = at(value, reading.file);
  return Overrider{
      "imageOverrider",
      [change, path, reach, where](Json::Value& object, const Cluster&) -> Result<void> {
        auto done = path.empty() ? change_containers(object, change, reach)
                                 : change_by_path(object, path, change);
        if (done) return {};
        Error error = std::move(done).error();
        error.where = where;
        // What a predicate finds in a Secret must not be told.
        if (get_string(object, "kind") == "Secret")
          error.message = "predicate path " + path + " leads to no image";
        return fail(std::move(error));
      },
      where, reading.path};
}

}  // namespace flotilla::overrides
