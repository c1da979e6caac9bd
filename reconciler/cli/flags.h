#pragma once

#include "reconciler/cli/commands.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <string>
#include <vector>

// Flags that commands share, and those of the commands that only read.
namespace flotilla::cli {

void add_network(CLI::App& command, git::Network& network);
void add_repo(CLI::App& command, std::string& repo, bool required = false);
// "30s", "5m", "500ms", or seconds.
CLI::Option* add_duration(CLI::App& command, const std::string& name,
                          std::chrono::milliseconds& value, const std::string& help);
// For a duration that is waited between two looks.
CLI::Validator more_than_zero();
// `choices` are table, wide, yaml, json or name; the first is the default.
void add_output(CLI::App& command, Output& output, std::vector<std::string> choices);

void add_status(CLI::App& app, StatusOptions& options);
void add_history(CLI::App& app, HistoryOptions& options);
void add_get(CLI::App& app, GetOptions& options);

}  // namespace flotilla::cli
