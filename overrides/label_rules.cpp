#include "overrides/selector.h"

#include <algorithm>

// The rules of Kubernetes for label keys and values (k8s.io/apimachinery/pkg/util/validation).
namespace flotilla::overrides {

namespace {

constexpr std::size_t longest_name = 63;
constexpr std::size_t longest_prefix = 253;

bool is_lower_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) { return is_lower_alphanumeric(c) || (c >= 'A' && c <= 'Z'); }

bool is_name(std::string_view text) {
  if (text.empty() || !is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_dns_label(std::string_view text) {
  if (text.empty() || !is_lower_alphanumeric(text.front()) || !is_lower_alphanumeric(text.back()))
    return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

bool is_dns_subdomain(std::string_view text) {
  while (true) {
    const auto dot = text.find('.');
    if (!is_dns_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

constexpr const char* name_rule =
    "want letters, digits, '-', '_' or '.', with a letter or digit at both ends";

}  // namespace

std::string label_key_fault(std::string_view key) {
  std::string_view name = key;
  if (const auto slash = key.find('/'); slash != std::string_view::npos) {
    const std::string_view prefix = key.substr(0, slash);
    name = key.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) return "it has more than one '/'";
    if (prefix.empty()) return "the part before '/' is empty";
    if (prefix.size() > longest_prefix) return "the part before '/' is longer than 253 characters";
    if (!is_dns_subdomain(prefix))
      return "the part before '/' is no DNS name (want lower-case letters, digits, '-' and '.')";
  }
  if (name.empty()) return "the name is empty";
  if (name.size() > longest_name) return "the name is longer than 63 characters";
  return is_name(name) ? "" : name_rule;
}

std::string label_value_fault(std::string_view value) {
  if (value.empty()) return "";
  if (value.size() > longest_name) return "it is longer than 63 characters";
  return is_name(value) ? "" : name_rule;
}

std::string dns_label_fault(std::string_view text, std::size_t longest) {
  if (text.empty()) return "it is empty";
  if (text.size() > longest) return "it is longer than " + std::to_string(longest) + " characters";
  return is_dns_label(text)
             ? ""
             : "want lower-case letters, digits or '-', with a letter or digit at both ends";
}

}  // namespace flotilla::overrides
