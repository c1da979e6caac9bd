#include "render/catalog/parse.h"

#include "render/catalog/scope.h"
#include "render/yaml/reader.h"

#include <algorithm>
#include <utility>

namespace flotilla::catalog {

namespace {

bool is_kustomize(const std::string& api_version) {
  return group_of(api_version) == "kustomize.config.k8s.io";
}

bool is_local(const Json::Value& tree) {
  const Json::Value* annotations = annotations_of(tree);
  const Json::Value* mark =
      annotations == nullptr ? nullptr : find(*annotations, "config.kubernetes.io/local-config");
  return mark != nullptr && !(mark->isString() && mark->asString() == "false");
}

bool only_has(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

// A label by RFC 1123, which every namespace must be.
bool is_namespace_name(std::string_view text) {
  const auto edge = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return text.size() <= 63 && edge(text.front()) && edge(text.back()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return edge(c) || c == '-'; });
}

// The least that the API server asks of any name: it must fit into a path.
bool is_object_name(std::string_view text) {
  return text != "." && text != ".." && text.size() <= 253 &&
         text.find_first_of("/%") == std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  ParsedFile read(std::string_view text) {
    auto read = yaml::read_documents(text, path_);
    file_.problems = std::move(read.problems);
    for (yaml::Document& document : read.documents) add(std::move(document.tree));
    return std::move(file_);
  }

 private:
  void add(Json::Value tree) {
    if (!tree.isObject())
      return pass_over(tree, "the document is " + std::string(type_name(tree)) + ", want a map");
    bool good = true;
    for (const char* const field : {"apiVersion", "kind"}) {
      const Json::Value* value = find(tree, field);
      if (value == nullptr || value->isNull() || (value->isString() && value->asString().empty())) {
        // A policy that lost its kind is surely no values file, and too much depends on it.
        if (is_setting({group_of(get_string(tree, "apiVersion")), ""})) {
          error("no-kind", tree,
                "the document has no kind, want one of " + get_string(tree, "apiVersion"));
          return;
        }
        return pass_over(
            tree, std::string("the document has no ") + field + ", it is no Kubernetes object");
      }
      good = check_word(*value, field) && good;
    }
    if (!good) return;
    const std::string api_version = get_string(tree, "apiVersion");
    if (is_kustomize(api_version))
      return warn("kustomization", tree,
                  "Kustomize files are not built, this document is passed over");
    if (is_list(tree)) return add_items(tree);
    add_object(std::move(tree), api_version);
  }

  bool check_word(const Json::Value& value, const std::string& field) {
    if (!value.isString())
      return error("bad-field", value,
                   field + " is " + std::string(type_name(value)) + ", want a text");
    const std::string text = value.asString();
    const bool is_kind = field == "kind";
    const bool good = only_has(text, is_kind ? "-" : "-./") &&
                      std::count(text.begin(), text.end(), '/') <= 1 && text.front() != '/' &&
                      text.back() != '/';
    if (good) return true;
    return error("bad-field", value,
                 field + " is \"" + text + "\", want " +
                     (is_kind ? "a kind such as Deployment" : "group/version or v1"));
  }

  static bool is_list(const Json::Value& tree) {
    const std::string kind = get_string(tree, "kind");
    if (kind == "List" && get_string(tree, "apiVersion") == "v1") return true;
    const bool named_list = kind.size() >= 4 && kind.compare(kind.size() - 4, 4, "List") == 0;
    return named_list && find(tree, "items") != nullptr &&
           find_path(tree, {"metadata", "name"}) == nullptr;
  }

  // Items of a list such as a ConfigMapList may leave away what the list says already.
  void add_items(Json::Value& list) {
    Json::Value* items = find_path(list, {"items"});
    if (items == nullptr || items->isNull()) return;
    if (!items->isArray()) {
      error("bad-field", *items, "items is " + std::string(type_name(*items)) + ", want a list");
      return;
    }
    const std::string kind = get_string(list, "kind");
    for (Json::Value& item : *items) {
      if (item.isObject() && kind != "List" && find(item, "kind") == nullptr &&
          find(item, "apiVersion") == nullptr) {
        item["kind"] = kind.substr(0, kind.size() - 4);
        item["apiVersion"] = list["apiVersion"];
      }
      add(std::move(item));
    }
  }

  void add_object(Json::Value tree, const std::string& api_version) {
    if (is_local(tree) && !is_setting({group_of(api_version), get_string(tree, "kind")})) return;
    object_.clear();
    if (!check_name(tree) || !check_namespace(tree)) return;
    ObjectKey key = key_of(tree);
    if (key.namespace_.empty() && is_in_default_without_namespace(key.group_kind())) {
      key.namespace_ = "default";
      tree["metadata"]["namespace"] = key.namespace_;
    }
    object_ = to_string(key);
    bool good = true;
    for (const char* const map : {"labels", "annotations"})
      good = check_texts(tree["metadata"], map) && good;
    object_.clear();
    if (!good) return file_.faulty.push_back(std::move(key));
    SourceRef source = at(tree, path_);
    file_.objects.push_back(std::make_shared<const Object>(
        Object{std::move(tree), api_version, std::move(key), std::move(source)}));
  }

  bool check_name(const Json::Value& tree) {
    const Json::Value* metadata = find(tree, "metadata");
    if (metadata == nullptr || metadata->isNull())
      return error("no-name", tree, "metadata.name is missing, want a name");
    if (!metadata->isObject())
      return error("bad-field", *metadata,
                   "metadata is " + std::string(type_name(*metadata)) + ", want a map");
    const Json::Value* name = find(*metadata, "name");
    const Json::Value* generated = find(*metadata, "generateName");
    if (name == nullptr && generated != nullptr)
      return error(
          "no-name", *generated,
          "metadata.generateName gives another name each time, want a stable one in metadata.name");
    if (name == nullptr || name->isNull())
      return error("no-name", *metadata, "metadata.name is missing, want a name");
    if (!name->isString())
      return error("bad-name", *name,
                   "metadata.name is " + std::string(type_name(*name)) + ", want a text");
    const std::string text = name->asString();
    if (text.empty()) return error("no-name", *name, "metadata.name is empty, want a name");
    if (is_object_name(text)) return true;
    return error("bad-name", *name,
                 "metadata.name is \"" + text +
                     "\", want a name of at most 253 characters without '/' and '%'");
  }

  bool check_namespace(const Json::Value& tree) {
    const Json::Value* value = find_path(tree, {"metadata", "namespace"});
    if (value == nullptr || value->isNull()) return true;
    if (!value->isString())
      return error("bad-name", *value,
                   "metadata.namespace is " + std::string(type_name(*value)) + ", want a text");
    const std::string text = value->asString();
    if (text.empty() || is_namespace_name(text)) return true;
    return error("bad-name", *value,
                 "metadata.namespace is \"" + text +
                     "\", want at most 63 lower-case letters, digits and '-', no '-' at the ends");
  }

  // A null is what the API server takes for an empty text.
  bool check_texts(const Json::Value& metadata, const std::string& name) {
    const Json::Value* map = find(metadata, name);
    if (map == nullptr || map->isNull()) return true;
    if (!map->isObject())
      return error("bad-field", *map,
                   "metadata." + name + " is " + std::string(type_name(*map)) + ", want a map");
    bool good = true;
    for (auto it = map->begin(); it != map->end(); ++it) {
      if (it->isString() || it->isNull()) continue;
      good = error("bad-field", *it,
                   "metadata." + name + "[\"" + it.name() + "\"] is " +
                       std::string(type_name(*it)) + ", want a text (put it in quotes)");
    }
    return good;
  }

  void pass_over(const Json::Value& value, std::string message) {
    warn("not-an-object", value, std::move(message.append("; it is passed over")));
  }
  void warn(std::string code, const Json::Value& value, std::string message) {
    file_.problems.push_back(warning_at(std::move(code), at(value, path_), std::move(message)));
  }
  bool error(std::string code, const Json::Value& value, std::string message) {
    file_.problems.push_back(
        error_at(std::move(code), at(value, path_), std::move(message), object_));
    return false;
  }

  const std::string& path_;
  std::string object_;  // at hand, for problems
  ParsedFile file_;
};

}  // namespace

ParsedFile parse_file(const std::string& path, std::string_view text) {
  return Reader(path).read(text);
}

}  // namespace flotilla::catalog
