#include "reconciler/cli/flags.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>

namespace flotilla::cli {
namespace {

const std::map<std::string, Output> outputs = {{"table", Output::table},
                                               {"json", Output::json},
                                               {"yaml", Output::yaml},
                                               {"wide", Output::wide},
                                               {"name", Output::name}};

}  // namespace

void add_network(CLI::App& command, git::Network& network) {
  command.add_option("--git-token", network.token, "Token for https (better: FLOTILLA_GIT_TOKEN)")
      ->envname("FLOTILLA_GIT_TOKEN");
  command.add_option("--git-username", network.username, "User name that goes with the token")
      ->envname("FLOTILLA_GIT_USERNAME")
      ->capture_default_str();
  command.add_option("--git-ca-file", network.ca_file, "CA certificates for https, PEM");
  command.add_option("--git-client-cert", network.client_cert, "Client certificate for https, PEM");
  command.add_option("--git-client-key", network.client_key, "Its key (default: in the same file)");
  command
      .add_option("--git-proxy", network.proxy,
                  "http, https, socks5 or socks5h URL, or none (default: the environment's)")
      ->envname("FLOTILLA_GIT_PROXY");
  add_duration(command, "--git-timeout", network.deadline,
               "Of one fetch or push as a whole (default 1m)");
  command.add_option("--ssh-key", network.ssh_key,
                     "Private key for ssh (or its text in FLOTILLA_SSH_KEY)");
  command.add_option("--known-hosts", network.known_hosts, "Known host keys for ssh");
  // No flag: a command line can be read by others.
  if (const char* key = std::getenv("FLOTILLA_SSH_KEY")) network.ssh_key_text = key;
}

void add_repo(CLI::App& command, std::string& repo, bool required) {
  auto* option = command.add_option("--repo", repo, "Folder, or https, ssh or git URL");
  if (required)
    option->required();
  else
    option->capture_default_str();
}

CLI::Option* add_duration(CLI::App& command, const std::string& name,
                          std::chrono::milliseconds& value, const std::string& help) {
  static const std::map<std::string, std::int64_t> units = {
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
  return command.add_option_function<std::string>(
      name,
      [&value, name](const std::string& text) {
        const std::size_t digits = text.find_first_not_of("0123456789");
        const std::string unit = digits == std::string::npos ? "s" : text.substr(digits);
        const auto found = units.find(unit);
        if (digits == 0 || text.empty() || text.size() > 12 || found == units.end())
          throw CLI::ValidationError(name,
                                     "\"" + text + "\" is no duration, want e.g. 500ms, 30s or 5m");
        value = std::chrono::milliseconds(std::stoll(text.substr(0, digits)) * found->second);
      },
      help);
}

CLI::Validator more_than_zero() {
  return {[](const std::string& text) {
            const std::size_t rest = text.find_first_not_of('0');
            const bool is_zero = text.starts_with('0') &&
                                 (rest == std::string::npos ||
                                  std::isdigit(static_cast<unsigned char>(text[rest])) == 0);
            return is_zero ? "\"" + text + "\" is no time to wait, want more than 0"
                           : std::string();
          },
          ""};
}

void add_output(CLI::App& command, Output& output, std::vector<std::string> choices) {
  output = outputs.at(choices.front());
  std::string shown;
  for (const std::string& choice : choices) shown += (shown.empty() ? "" : ", ") + choice;
  command
      .add_option_function<std::string>(
          "-o,--output",
          [&output, choices, shown](const std::string& text) {
            if (std::find(choices.begin(), choices.end(), text) == choices.end())
              throw CLI::ValidationError(
                  "--output", "\"" + text + "\" is not offered here, want one of: " + shown);
            output = outputs.at(text);
          },
          "One of: " + shown)
      ->type_name("FORMAT");
}

}  // namespace flotilla::cli
