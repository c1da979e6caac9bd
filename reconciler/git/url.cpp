#include "reconciler/git/url.h"

#include "reconciler/git/repository.h"
#include "render/base/text.h"

#include <cctype>
#include <filesystem>

namespace flotilla::git {
namespace {

struct Parts {
  std::string_view scheme;    // empty for "user@host:path"
  std::string_view userinfo;  // without '@'
  std::string_view host;      // with port
  std::string_view path;      // with the '/' or ':' before it
};

bool is_number(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Where the user info ends in the part after "scheme://"; npos if there is none. An '@' after the
// first '/' belongs to the path, unless what stands before that '/' cannot be host:port: then it is
// a password with a bare '/'.
std::size_t userinfo_end(std::string_view rest) {
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) return at;
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.starts_with('[') ||
      is_number(authority.substr(colon + 1)))
    return std::string_view::npos;
  return rest.rfind('@');
}

Parts split_url(std::string_view url) {
  Parts parts;
  const auto mark = url.find("://");
  std::string_view rest = url;
  if (mark != std::string_view::npos) {
    parts.scheme = url.substr(0, mark);
    rest = url.substr(mark + 3);
  }
  if (const auto at = userinfo_end(rest); at != std::string_view::npos) {
    parts.userinfo = rest.substr(0, at);
    rest = rest.substr(at + 1);
  }
  const auto end = std::min(rest.find_first_of(parts.scheme.empty() ? ":" : "/?#"), rest.size());
  parts.host = rest.substr(0, end);
  parts.path = rest.substr(end);
  return parts;
}

bool is_http(std::string_view scheme) { return scheme == "https" || scheme == "http"; }

// Of a proxy.
bool is_socks(std::string_view scheme) { return scheme.starts_with("socks"); }

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
                        std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0;
    if (!escape) {
      result += text[i];
      continue;
    }
    result += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return result;
}

std::string host_alone(std::string_view host) {
  if (host.starts_with('[')) return std::string(host.substr(1, host.find(']') - 1));
  return std::string(host.substr(0, host.find(':')));
}

std::string port_of(std::string_view host) {
  const auto colon = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  return colon == std::string_view::npos ? "443" : std::string(host.substr(colon + 1));
}

std::string joined(std::string_view scheme, std::string_view host, std::string_view path) {
  std::string url(scheme);
  if (!scheme.empty()) url.append("://");
  return url.append(host).append(path);
}

}  // namespace

bool is_local(std::string_view url) {
  if (url.starts_with("file://")) return true;
  // Git's own rule: a colon before the first slash makes it a host.
  const auto colon = url.find(':');
  return colon == std::string_view::npos || url.find('/') < colon;
}

std::string shown_url(std::string_view url) {
  if (is_local(url)) return std::string(url);
  const Parts parts = split_url(url);
  // A query may hold a signature.
  const auto path =
      is_http(parts.scheme) ? parts.path.substr(0, parts.path.find_first_of("?#")) : parts.path;
  return joined(parts.scheme, parts.host, path);
}

RemoteUrl parse_url(std::string_view url) {
  RemoteUrl result;
  if (is_local(url)) {
    const bool plain = !url.starts_with("file://");
    result.address =
        plain ? std::filesystem::absolute(url).lexically_normal().string() : std::string(url);
    return result;
  }
  const Parts parts = split_url(url);
  const auto colon = parts.userinfo.find(':');
  const auto user = parts.userinfo.substr(0, colon);
  result.scheme = parts.scheme.empty() ? "ssh" : lower(parts.scheme);
  result.host = host_alone(parts.host);
  if (is_http(parts.scheme) || is_socks(parts.scheme)) {
    result.address = joined(parts.scheme, parts.host, parts.path);
    result.site = joined(parts.scheme, parts.host, "/");
    if (parts.scheme == "https") result.port = port_of(parts.host);
    result.user = percent_decoded(user);
    if (colon != std::string_view::npos)
      result.password = percent_decoded(parts.userinfo.substr(colon + 1));
    return result;
  }
  const std::string at = user.empty() ? "" : std::string(user) + "@";
  result.address = joined(parts.scheme, at + std::string(parts.host), parts.path);
  return result;
}

}  // namespace flotilla::git
