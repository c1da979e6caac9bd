#pragma once

#include "reconciler/simulator/refusal.h"
#include "reconciler/simulator/schema.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

// Which kinds a member serves: the built-in ones and those of its CustomResourceDefinitions.
namespace flotilla::simulator {

// A column of `kubectl get` that a CustomResourceDefinition asks for.
struct Column {
  std::string name;
  std::string type;
  std::string json_path;
  int priority = 0;
};

struct Version {
  std::string name;
  const Schema* schema = nullptr;
  std::vector<Column> columns;
  bool served = true;
  bool status = false;  // has a status subresource
  bool scale = false;
};

struct Kind {
  std::string group;
  std::string plural;
  std::string singular;
  std::string kind;
  std::string list_kind;
  bool namespaced = true;
  bool custom = false;
  bool generation = false;  // counts changes of what is wanted
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  std::vector<Version> versions;             // the preferred one first
  std::shared_ptr<const SchemaSet> schemas;  // of a custom kind

  std::string id() const { return group.empty() ? plural : plural + "." + group; }
  const Version* version(const std::string& name) const;
  Subject subject(const std::string& name) const { return {group, plural, kind, name}; }
};
using KindPtr = std::shared_ptr<const Kind>;

std::string api_version(const std::string& group, const std::string& version);

class Kinds {
 public:
  Kinds();  // with the built-in kinds

  KindPtr find(const std::string& group, const std::string& version,
               const std::string& plural) const;
  KindPtr by_id(const std::string& id) const;
  const std::map<std::string, KindPtr>& all() const { return kinds_; }  // by id
  bool serves(const std::string& group, const std::string& version) const;

  void add(KindPtr kind) { kinds_[kind->id()] = std::move(kind); }
  void remove(const std::string& id) { kinds_.erase(id); }

 private:
  std::map<std::string, KindPtr> kinds_;
};

// The kind that a CustomResourceDefinition describes.
KindPtr kind_of_definition(const Json::Value& definition);

}  // namespace flotilla::simulator
