#pragma once

#include "reconciler/http/server.h"
#include "reconciler/simulator/apply.h"
#include "reconciler/simulator/world.h"

#include <string>
#include <vector>

// A request for a resource, understood.
namespace flotilla::simulator {

// The shape in which a client wants objects.
enum class Form { object, metadata, table };

struct Call {
  const http::Request* http = nullptr;
  KindPtr kind;
  const Version* version = nullptr;
  std::string namespace_;  // empty: all of them, or a cluster-scoped kind
  std::string name;        // empty: the collection
  std::string subresource;
  Form form = Form::object;

  std::string api_version() const { return simulator::api_version(kind->group, version->name); }
  Subject subject() const { return kind->subject(name); }
  Name key() const { return {namespace_, name}; }
  std::string query(const std::string& key) const;
  bool has(const std::string& key) const { return http->query.contains(key); }
  bool dry_run() const { return query("dryRun") == "All"; }
  // The field manager of an update: asked for, or the name of the program.
  std::string manager() const;
  Owner owner(const std::string& operation) const;
};

// What a write left: the object as it is now (without apiVersion and kind).
struct Written {
  Json::Value object;
  int code = 200;
  std::vector<std::string> warnings;
};

// The body as JSON; apply bodies may be YAML.
Outcome<Json::Value> read_body(const http::Request& http, const std::string& content_type);

http::Response json_response(int status, std::string body);
http::Response refused(const Refusal& refusal);

// reading
http::Response get_object(World& world, const Call& call);
http::Response list_objects(World& world, const Call& call);
http::Response present(const Call& call, int code, const Json::Value& object);
// Not locked: the stream locks for itself.
http::Response watch_objects(World& world, const Call& call);

// writing
Outcome<Written> create_object(World& world, Call call, Json::Value body);
Outcome<Written> replace_object(World& world, const Call& call, Json::Value body);
Outcome<Written> patch_object(World& world, const Call& call);
Outcome<Written> scale_object(World& world, const Call& call);
http::Response get_scale(World& world, const Call& call);
http::Response delete_object(World& world, const Call& call);
http::Response delete_collection(World& world, const Call& call);

}  // namespace flotilla::simulator
