#pragma once

#include "tests/integration/fleet/live.h"
#include "tests/integration/fleet/members.h"

#include <json/value.h>

#include <string>

// What other people, tools and controllers do on a member. Each throws std::runtime_error with the
// server's answer when it is refused. Objects are named as in live.h.
namespace flotilla::tests {

Json::Value read_live(const Members& members, const std::string& member,
                      const std::string& name);  // null: not there
bool is_live(const Members& members, const std::string& member, const std::string& name);
std::string uid_of(const Members& members, const std::string& member, const std::string& name);
std::string version_of(const Members& members, const std::string& member,
                       const std::string& name);  // its resourceVersion
// data.value of a ConfigMap.
std::string value_of(const Members& members, const std::string& member, const std::string& name);

// `text` is JSON or YAML of one object that has a name.
void create(const Members& members, const std::string& member, const std::string& text,
            const std::string& manager = "somebody");
// Server-side apply, by force.
void apply_as(const Members& members, const std::string& member, const std::string& manager,
              const std::string& text);
// Merge patch, as `kubectl edit` sends it.
void edit(const Members& members, const std::string& member, const std::string& name,
          const std::string& patch, const std::string& manager = "kubectl-edit");
void scale(const Members& members, const std::string& member, const std::string& name, int replicas,
           const std::string& manager);
void delete_live(const Members& members, const std::string& member, const std::string& name);
// As the controller of its kind does.
void write_status(const Members& members, const std::string& member, const std::string& name,
                  const std::string& status);

// The managers of its metadata.managedFields that own the field, as "NAME Apply": `path` is as in
// fieldsV1, "f:data f:value".
std::set<std::string> owners_of(const Json::Value& live, const std::string& path);

}  // namespace flotilla::tests
