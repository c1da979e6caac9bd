#include "reconciler/kube/api_error.h"
#include "reconciler/kube/client.h"

#include <catch2/catch.hpp>

#include <set>

using namespace flotilla;
using namespace flotilla::kube;

namespace {

struct Row {
  const char* name;
  int status;
  const char* reason;
  const char* message;
  const char* cause;
  Fault fault;
};

// gitops-practice 5.5, and what kube-apiserver answers where one would not expect it.
const Row kRows[] = {
    {"malformed", 400, "BadRequest", "strict decoding error: unknown field", "", Fault::user},
    {"wrong token", 401, "Unauthorized", "Unauthorized", "", Fault::unauthorized},
    {"RBAC", 403, "Forbidden", "configmaps is forbidden: User \"x\" cannot create", "",
     Fault::forbidden},
    {"quota", 403, "Forbidden", "pods \"a\" is forbidden: exceeded quota: small, requested: pods=1",
     "", Fault::forbidden},
    {"admission", 403, "Forbidden", "admission webhook \"x\" denied the request: no", "",
     Fault::forbidden},
    {"namespace on its way out", 403, "Forbidden", "forbidden", "NamespaceTerminating",
     Fault::transient},
    {"namespace on its way out, as a reason", 403, "NamespaceTerminating", "forbidden", "",
     Fault::transient},
    {"namespace on its way out, in words", 403, "Forbidden",
     "unable to create new content in namespace shop because it is being terminated", "",
     Fault::transient},
    {"not there", 404, "NotFound", "configmaps \"a\" not found", "", Fault::not_found},
    {"kind without this verb", 405, "MethodNotAllowed", "not allowed", "", Fault::user},
    {"slow request", 408, "Timeout", "timed out", "", Fault::transient},
    {"another manager", 409, "Conflict", "Apply failed with 1 conflict", "FieldManagerConflict",
     Fault::conflict},
    {"another version", 409, "Conflict", "the object has been modified", "", Fault::conflict},
    {"there already", 409, "AlreadyExists", "already exists", "", Fault::conflict},
    {"old continue token", 410, "Expired", "The provided continue parameter is too old", "",
     Fault::expired},
    {"old watch", 410, "Gone", "too old resource version", "", Fault::expired},
    {"precondition", 412, "", "precondition failed", "", Fault::conflict},
    {"over the limit", 413, "RequestEntityTooLarge", "limit is 3145728", "", Fault::user},
    {"no server-side apply", 415, "UnsupportedMediaType", "want json", "", Fault::user},
    {"invalid", 422, "Invalid", "spec.selector: field is immutable", "FieldValueInvalid",
     Fault::user},
    {"busy", 429, "TooManyRequests", "too many requests", "", Fault::transient},
    {"new kind", 429, "TooManyRequests", "storage is (re)initializing", "", Fault::transient},
    {"unknown field in an apply", 500, "",
     "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.replicaz: "
     "field not declared in schema",
     "", Fault::user},
    {"value of the wrong type", 500, "", "failed to convert new object (shop/web)", "",
     Fault::user},
    {"over etcd's limit", 500, "", "etcdserver: request is too large", "", Fault::user},
    {"webhook", 500, "InternalError",
     "Internal error occurred: failed calling webhook \"x\": connection refused", "",
     Fault::transient},
    {"etcd's leader", 500, "", "etcdserver: leader changed", "", Fault::transient},
    {"etcd's time", 500, "", "etcdserver: request timed out", "", Fault::transient},
    {"not built", 501, "", "not implemented", "", Fault::user},
    {"a proxy without its server", 502, "", "bad gateway", "", Fault::transient},
    {"starting", 503, "ServiceUnavailable", "apiserver not ready", "", Fault::transient},
    {"slow", 504, "Timeout", "request did not complete within 60s", "", Fault::transient},
};

ApiError answer_of(const Row& row, Secrecy secrecy) {
  Json::Value status(Json::objectValue);
  status["kind"] = "Status";
  status["code"] = row.status;
  status["reason"] = row.reason;
  status["message"] = row.message;
  if (*row.cause != '\0') status["details"]["causes"][0]["reason"] = row.cause;
  return error_of_status(status, row.status, secrecy);
}

}  // namespace

TEST_CASE("what an answer means") {
  for (const Row& row : kRows) {
    INFO(row.name);
    CHECK(static_cast<int>(fault_of(answer_of(row, Secrecy::plain))) ==
          static_cast<int>(row.fault));
    // Without the server's words it means the same.
    CHECK(static_cast<int>(fault_of(answer_of(row, Secrecy::secret))) ==
          static_cast<int>(row.fault));
  }
}

TEST_CASE("an answer without a Kubernetes status means what its number says") {
  HttpResponse page;
  page.body = "<html>";
  for (const auto& [number, fault] : {std::pair{500, Fault::transient},
                                      {502, Fault::transient},
                                      {404, Fault::not_found},
                                      {400, Fault::user},
                                      {401, Fault::unauthorized},
                                      {301, Fault::user}}) {
    INFO(number);
    page.status = number;
    CHECK(fault_of(error_of_response(page, Secrecy::plain)) == fault);
  }
}

TEST_CASE("what it means that there is no answer") {
  for (const auto& [code, fault] : {std::pair{Code::unavailable, Fault::unreachable},
                                    {Code::timeout, Fault::unreachable},
                                    {Code::unauthorized, Fault::unauthorized},
                                    {Code::cancelled, Fault::cancelled},
                                    {Code::invalid, Fault::user},
                                    {Code::too_large, Fault::user},
                                    {Code::internal, Fault::transient}}) {
    INFO(to_string(code));
    CHECK(fault_of(error_of_transport({code, "words"})) == fault);
  }
}

TEST_CASE("a server that cannot be connected to is given up on early") {
  const ApiError error = error_of_transport({Code::unavailable, "connection refused"});
  Attempts attempts;
  attempts.left = std::chrono::minutes(1);
  attempts.to_connect = 2;
  CHECK(wait_before_retry(error, attempts));
  attempts.made = 2;
  CHECK_FALSE(wait_before_retry(error, attempts));
  attempts.to_connect = 3;
  CHECK(wait_before_retry(error, attempts));
}

TEST_CASE("attempts are spread, and never earlier than the server asked") {
  ApiError error;
  error.status = 503;
  error.error.code = Code::unavailable;
  Attempts attempts;
  attempts.left = std::chrono::minutes(1);
  std::set<std::chrono::milliseconds> waits;
  for (const char* name : {"/a", "/b", "/c", "/d", "/e", "/f"}) {
    attempts.name = name;
    const auto wait = wait_before_retry(error, attempts);
    REQUIRE(wait);
    CHECK(*wait >= std::chrono::milliseconds(160));
    CHECK(*wait <= std::chrono::milliseconds(240));
    CHECK(wait == wait_before_retry(error, attempts));
    waits.insert(*wait);
    attempts.asked_wait = std::chrono::seconds(2);
    const auto asked = wait_before_retry(error, attempts);
    REQUIRE(asked);
    CHECK(*asked >= std::chrono::seconds(2));
    CHECK(*asked <= std::chrono::milliseconds(2400));
    attempts.asked_wait.reset();
  }
  CHECK(waits.size() > 3);
}
