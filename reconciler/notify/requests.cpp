#include "reconciler/notify/requests.h"

#include "reconciler/decision/revision.h"
#include "reconciler/notify/text.h"
#include "render/base/digest.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "render/interpreter/timestamp.h"

#include <algorithm>

namespace flotilla::notify {
namespace {

Json::Value counts_document(const Counts& counts) {
  Json::Value document(Json::objectValue);
  for (const auto& [name, number] : list_of(counts)) document[name] = Json::UInt64(number);
  return document;
}

Json::Value lines_document(const Event& event) {
  Json::Value list(Json::arrayValue);
  for (const Event::Line& line : event.lines) {
    if (list.size() == most_event_lines) break;
    if (line.cluster.empty() && line.text.empty()) continue;
    Json::Value entry(Json::objectValue);
    if (!line.cluster.empty()) entry["cluster"] = line.cluster;
    entry["text"] = shortened(line.text, 500);
    list.append(std::move(entry));
  }
  return list;
}

std::string event_document(const decision::Notification& notification, const Event& event) {
  Json::Value document(Json::objectValue);
  document["apiVersion"] = "flotilla.dev/v1alpha1";
  document["kind"] = "Notification";
  document["name"] = notification.name;
  document["event"] = event.name;
  document["fleet"] = event.fleet;
  document["revision"] = event.revision;
  document["commit"] = decision::commit_of(event.revision);
  document["subject"] = shortened(event.subject, 200);
  document["time"] = interpreter::format_timestamp(event.time);
  document["message"] = message_of(event);
  document["text"] = text_of(notification, event, [](std::string text) { return text; });
  document["lines"] = lines_document(event);
  document["moreLines"] =
      Json::UInt64(event.lines.size() - std::min(event.lines.size(), most_event_lines));
  document["counts"] = counts_document(event.counts);
  return canonical_json(document);
}

std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    const std::size_t at = std::string_view("0123456789abcdef").find(lower({&c, 1}));
    return at == std::string_view::npos ? 16U : static_cast<unsigned>(at);
  };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) < 16 &&
        digit(text[i + 2]) < 16) {
      plain += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// Errors quote the URL's host: its user must not stand before it.
void move_user_to_header(Request& request) {
  const std::size_t scheme = request.url.find("://");
  if (scheme == std::string::npos) return;
  const std::size_t start = scheme + 3;
  const std::size_t end = std::min(request.url.find_first_of("/?#", start), request.url.size());
  const std::size_t at = request.url.substr(0, end).rfind('@');
  if (at == std::string::npos || at < start) return;
  const std::string user = request.url.substr(start, at - start);
  request.url.erase(start, at + 1 - start);
  request.headers.emplace("Authorization", "Basic " + base64_encode(percent_decoded(user)));
}

// Percent-encodes all that is not unreserved.
std::string url_part(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain)
      encoded += c;
    else
      encoded.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return encoded;
}

std::string owner_and_name(const std::string& repository) {
  std::vector<std::string> parts = split(repository, '/');
  for (std::string& part : parts) part = url_part(part);
  return join(parts, "/");
}

// GitLab has no word for an error of ours, and is the only one with a word for what was overtaken.
// Elsewhere that is a success: the commit is no fault of anybody, its successor bears the true
// state, and nothing would ever end a pending one.
const char* state_text(Word::State state, bool gitlab) {
  switch (state) {
    case Word::State::pending:
      return gitlab ? "running" : "pending";
    case Word::State::success:
      return "success";
    case Word::State::failure:
      return gitlab ? "failed" : "failure";
    case Word::State::error:
      return gitlab ? "failed" : "error";
    case Word::State::superseded:
      return gitlab ? "canceled" : "success";
  }
  return "error";
}

void set_authorization(const decision::CommitStatus& settings, const std::string& token,
                       Request& request) {
  if (settings.provider == "gitlab") {
    request.headers["PRIVATE-TOKEN"] = token;
  } else if (settings.provider == "gitea") {
    request.headers["Authorization"] = "token " + token;
  } else {
    request.headers["Authorization"] = "Bearer " + token;
    request.headers["Accept"] = "application/vnd.github+json";
    request.headers["X-GitHub-Api-Version"] = "2022-11-28";
  }
}

// "3 of 20 clusters", "20 clusters".
std::string progress_text(const Counts& counts) {
  const std::string clusters = counted(counts.clusters, "cluster");
  return counts.done == counts.clusters ? clusters : grouped(counts.done) + " of " + clusters;
}

std::string failure_text(const State& state, const Counts& counts) {
  const std::size_t errors = state.facts.problems.size();
  const std::size_t objects = counts.failures - errors;
  std::vector<std::string> parts;
  if (errors > 0) parts.push_back(counted(errors, "error") + " in the repository");
  if (objects > 0) parts.push_back(counted(objects, "object") + " not applied as wanted");
  if (parts.empty()) parts.emplace_back("not everything could be applied");
  return join(parts, ", ") + "; " + progress_text(counts);
}

}  // namespace

std::string slack_escaped(std::string text) {
  text = replace_all(std::move(text), "&", "&amp;");
  text = replace_all(std::move(text), "<", "&lt;");
  return replace_all(std::move(text), ">", "&gt;");
}

Request notification_request(const decision::Notification& notification, const Event& event,
                             const Keys& keys) {
  Request request;
  request.url = keys.address;
  request.headers["Content-Type"] = "application/json";
  if (notification.type == "slack") {
    Json::Value document(Json::objectValue);
    document["text"] = text_of(notification, event, slack_escaped);
    request.body = canonical_json(document);
  } else {
    request.body = event_document(notification, event);
    request.headers["X-Flotilla-Delivery"] = sha256_hex(request.body).substr(0, 32);
    if (!keys.token.empty()) request.headers["Authorization"] = "Bearer " + keys.token;
    if (!keys.key.empty())
      request.headers["X-Flotilla-Signature"] = "sha256=" + hmac_sha256_hex(keys.key, request.body);
  }
  move_user_to_header(request);
  return request;
}

Word word_of(const State& state) {
  const Counts counts = count(state);
  if (state.failed) {
    const bool of_repository = !state.facts.problems.empty();
    return {of_repository ? Word::State::error : Word::State::failure,
            shortened(failure_text(state, counts), 140)};
  }
  std::string text = progress_text(counts);
  if (state.deployed == state.facts.revision && !state.deployed.empty()) {
    if (counts.done < counts.clusters)
      return {Word::State::success,
              text + "; " + grouped(counts.clusters - counts.done) + " not reachable"};
    return {Word::State::success, text + ", " + counted(counts.wanted, "object") + " healthy"};
  }
  if (state.facts.suspended.value_or(false)) text += "; suspended";
  if (counts.held > 0) text += "; " + counted(counts.held, "deletion") + " held";
  if (counts.unreachable > 0) text += "; " + grouped(counts.unreachable) + " not reachable";
  return {Word::State::pending, shortened(std::move(text), 140)};
}

Word superseded_word(const std::string& by_commit) {
  return {Word::State::superseded, "superseded by " + by_commit.substr(0, 7)};
}

Request status_request(const decision::CommitStatus& settings, const std::string& commit,
                       const Word& word, const std::string& token) {
  const bool gitlab = settings.provider == "gitlab";
  Request request;
  if (gitlab)
    request.url = settings.address + "/api/v4/projects/" + url_part(settings.repository);
  else
    request.url = settings.address + (settings.provider == "gitea" ? "/api/v1" : "") + "/repos/" +
                  owner_and_name(settings.repository);
  request.url += "/statuses/" + commit;
  request.headers["Content-Type"] = "application/json";
  set_authorization(settings, token, request);
  Json::Value document(Json::objectValue);
  document["state"] = state_text(word.state, gitlab);
  document[gitlab ? "name" : "context"] = settings.context;
  document["description"] = word.description;
  if (!settings.target_url.empty()) document["target_url"] = settings.target_url;
  request.body = canonical_json(document);
  return request;
}

}  // namespace flotilla::notify
