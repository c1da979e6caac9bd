#include "reconciler/simulator/api.h"

#include "reconciler/simulator/call.h"
#include "reconciler/simulator/discovery.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "render/yaml/reader.h"

#include <algorithm>

namespace flotilla::simulator {

std::string Call::query(const std::string& key) const {
  const auto found = http->query.find(key);
  return found == http->query.end() ? std::string() : found->second;
}

std::string Call::manager() const {
  if (const std::string asked = query("fieldManager"); !asked.empty()) return asked;
  const auto agent = http->headers.find("user-agent");
  const std::string program =
      agent == http->headers.end() ? "" : agent->second.substr(0, agent->second.find('/'));
  return program.empty() ? "unknown" : program;
}

Owner Call::owner(const std::string& operation) const {
  return {manager(), operation, api_version(), subresource, now_text(), {}};
}

http::Response json_response(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

http::Response refused(const Refusal& refusal) {
  http::Response response = json_response(refusal.code, canonical_json(refusal.status()));
  if (refusal.code == 429) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Outcome<Json::Value> read_body(const http::Request& http, const std::string& content_type) {
  if (http.body.empty()) return Json::Value(Json::objectValue);
  if (content_type.find("protobuf") != std::string::npos ||
      content_type.find("cbor") != std::string::npos)
    return refuse(
        {415,
         "UnsupportedMediaType",
         "the body of the request was in an unknown format - accepted media types include: "
         "application/json, application/yaml",
         {}});
  if (auto json = parse_json_fast(http.body)) return std::move(*json);
  if (content_type.find("yaml") == std::string::npos) {
    auto strict = parse_json(http.body);
    return refuse(bad_request("couldn't get version/kind; json parse error: " +
                              (strict ? "" : strict.error().message)));
  }
  auto read = yaml::read_documents(http.body, "body");
  if (read.documents.size() != 1 || has_error(read.problems))
    return refuse(
        bad_request("error decoding YAML: error converting YAML to JSON: " +
                    (read.problems.empty() ? "want one document" : read.problems.front().message)));
  return std::move(read.documents.front().tree);
}

namespace {

http::Response not_served() {
  http::Response response = json_response(404, "404 page not found\n");
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

Form form_of(const http::Request& request) {
  const auto accept = request.headers.find("accept");
  if (accept == request.headers.end()) return Form::object;
  for (const std::string& type : split(accept->second, ',')) {
    if (trim(type).starts_with("application/json") || trim(type).starts_with("*/*")) {
      if (type.find("as=Table") != std::string::npos) return Form::table;
      if (type.find("as=PartialObjectMetadata") != std::string::npos) return Form::metadata;
      if (type.find("as=") == std::string::npos) return Form::object;
    }
  }
  return Form::object;
}

struct Place {
  std::string group;
  std::string version;
  std::string plural;
  std::string namespace_;
  std::string name;
  std::string subresource;
};

std::optional<Place> place_of(const std::vector<std::string>& parts) {
  Place place;
  std::size_t at = 0;
  if (parts.size() >= 3 && parts[0] == "api") {
    place.version = parts[1];
    at = 2;
  } else if (parts.size() >= 4 && parts[0] == "apis") {
    place.group = parts[1];
    place.version = parts[2];
    at = 3;
  } else {
    return std::nullopt;
  }
  const bool in_namespace =
      parts[at] == "namespaces" && parts.size() >= at + 3 &&
      !(parts.size() == at + 3 && (parts[at + 2] == "status" || parts[at + 2] == "finalize"));
  if (in_namespace) {
    place.namespace_ = parts[at + 1];
    at += 2;
  }
  place.plural = parts[at];
  if (parts.size() > at + 1) place.name = parts[at + 1];
  if (parts.size() > at + 2) place.subresource = parts[at + 2];
  if (parts.size() > at + 3) return std::nullopt;
  return place;
}

http::Response written(const Call& call, const Outcome<Written>& result) {
  if (!result) return refused(result.error());
  http::Response response = call.subresource == "scale"
                                ? json_response(result->code, canonical_json(result->object))
                                : present(call, result->code, result->object);
  for (const std::string& warning : result->warnings)
    response.headers.emplace_back("Warning", "299 - " + canonical_json(Json::Value(warning)));
  return response;
}

http::Response with_body(World& world, const Call& call,
                         Outcome<Written> (*write)(World&, Call, Json::Value)) {
  const auto type = call.http->headers.find("content-type");
  auto body = read_body(*call.http, type == call.http->headers.end() ? "" : type->second);
  if (!body) return refused(body.error());
  return written(call, write(world, call, std::move(*body)));
}

Outcome<Written> replace(World& world, Call call, Json::Value body) {
  return replace_object(world, call, std::move(body));
}

http::Response method_not_allowed() {
  return refused({405, "MethodNotAllowed",
                  "the server does not allow this method on the requested resource",
                  Json::Value(Json::objectValue)});
}

http::Response no_such_resource() {
  return refused({404, "NotFound", "the server could not find the requested resource",
                  Json::Value(Json::objectValue)});
}

bool knows_subresource(const Call& call) {
  if (call.subresource.empty()) return true;
  if (call.subresource == "status") return call.version->status;
  if (call.subresource == "scale") return call.version->scale;
  return call.subresource == "finalize" && call.kind->id() == "namespaces";
}

http::Response on_object(World& world, const Call& call) {
  const std::string& method = call.http->method;
  const bool scale = call.subresource == "scale";
  if (method == "GET") return scale ? get_scale(world, call) : get_object(world, call);
  if (method == "PUT" && !scale) return with_body(world, call, &replace);
  if (method == "PUT" || (method == "PATCH" && scale))
    return written(call, scale_object(world, call));
  if (method == "PATCH") return written(call, patch_object(world, call));
  if (method == "DELETE" && call.subresource.empty()) return delete_object(world, call);
  return method_not_allowed();
}

http::Response on_collection(World& world, const Call& call) {
  const std::string& method = call.http->method;
  if (method == "GET") return list_objects(world, call);
  if (call.kind->namespaced && call.namespace_.empty()) return method_not_allowed();
  if (method == "POST") return with_body(world, call, &create_object);
  if (method == "DELETE") return delete_collection(world, call);
  return method_not_allowed();
}

http::Response on_resource(World& world, const http::Request& request, const Place& place) {
  Call call;
  bool watch = false;
  {
    const std::scoped_lock lock(world.mutex);
    call.http = &request;
    call.kind = world.kinds.find(place.group, place.version, place.plural);
    if (call.kind == nullptr)
      return world.kinds.serves(place.group, place.version) ? no_such_resource() : not_served();
    call.version = call.kind->version(place.version);
    call.namespace_ = place.namespace_;
    call.name = place.name;
    call.subresource = place.subresource;
    call.form = form_of(request);
    if (!knows_subresource(call) || (!call.kind->namespaced && !call.namespace_.empty()))
      return no_such_resource();
    const std::string asked = call.query("watch");
    watch = call.name.empty() && request.method == "GET" && (asked == "1" || asked == "true");
    if (!watch) return call.name.empty() ? on_collection(world, call) : on_object(world, call);
  }
  return watch_objects(world, call);
}

std::string verb_of(const http::Request& request, const Place& place) {
  if (request.method == "GET")
    return !place.name.empty() ? "get" : request.query.contains("watch") ? "watch" : "list";
  if (request.method == "POST") return "create";
  if (request.method == "PUT") return "update";
  if (request.method == "PATCH") return "patch";
  return place.name.empty() ? "deletecollection" : "delete";
}

bool open_to_all(const std::string& path) {
  return path == "/version" || path == "/healthz" || path.starts_with("/livez") ||
         path.starts_with("/readyz");
}

Refusal anonymous(const http::Request& request, const std::optional<Place>& place) {
  const std::string who = "User \"system:anonymous\" cannot ";
  if (!place) {
    return {403, "Forbidden",
            "forbidden: " + who + lower(request.method) + " path \"" + request.path + "\"",
            Json::Value(Json::objectValue)};
  }
  Refusal refusal{403, "Forbidden", "", Json::Value(Json::objectValue)};
  std::string what = place->group.empty() ? place->plural : place->plural + "." + place->group;
  if (!place->name.empty()) what += " \"" + place->name + "\"";
  const std::string scope = place->namespace_.empty()
                                ? "at the cluster scope"
                                : "in the namespace \"" + place->namespace_ + "\"";
  refusal.message = what + " is forbidden: " + who + verb_of(request, *place) + " resource \"" +
                    place->plural + "\" in API group \"" + place->group + "\" " + scope;
  if (!place->name.empty()) refusal.details["name"] = place->name;
  if (!place->group.empty()) refusal.details["group"] = place->group;
  refusal.details["kind"] = place->plural;
  return refusal;
}

}  // namespace

http::Response answer(World& world, const http::Request& request) {
  std::vector<std::string> parts;
  for (std::string& part : split(request.path, '/'))
    if (!part.empty()) parts.push_back(std::move(part));
  const std::optional<Place> place = place_of(parts);

  const auto authorization = request.headers.find("authorization");
  const bool named = authorization != request.headers.end() && !authorization->second.empty();
  if (named && authorization->second != "Bearer " + world.token)
    return refused({401, "Unauthorized", "Unauthorized", {}});
  if (!named && !open_to_all(request.path)) return refused(anonymous(request, place));

  if (request.too_large)
    return refused({413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728",
                    Json::Value(Json::objectValue)});
  if (place) return on_resource(world, request, *place);
  const std::scoped_lock lock(world.mutex);
  if (auto found = discover(world, request, parts)) return std::move(*found);
  return not_served();
}

}  // namespace flotilla::simulator
