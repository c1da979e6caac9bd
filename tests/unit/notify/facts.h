#pragma once

#include "reconciler/notify/events.h"

#include <string>

// Fleets for the tests of what is told.
namespace flotilla::test {

inline const std::string first = "main@sha1:1111111111111111111111111111111111111111";
inline const std::string second = "main@sha1:2222222222222222222222222222222222222222";

// A cluster whose objects are all applied and healthy at the newest revision.
inline notify::ClusterFacts well(std::size_t objects = 2) {
  notify::ClusterFacts facts;
  facts.reach = notify::Reach::reached;
  facts.current = true;
  facts.wanted = facts.applied = facts.healthy = objects;
  return facts;
}

inline notify::Facts fleet(const std::string& revision = first) {
  notify::Facts facts;
  facts.fleet = "shop";
  facts.revision = revision;
  facts.subject = "Cart 1.4.0";
  facts.clusters = {{"eu", well()}, {"us", well()}};
  facts.suspended = false;
  facts.source_error = "";
  return facts;
}

inline void lose(notify::ClusterFacts& facts) {
  facts.reach = notify::Reach::unreachable;
  facts.current = false;
  facts.trouble = "connection refused";
}

// "ClusterUnreachable eu,us; Drift eu": events with the clusters of their lines.
inline std::string told(const std::vector<notify::Event>& events) {
  std::string text;
  for (const notify::Event& event : events) {
    text += text.empty() ? event.name : "; " + event.name;
    std::string clusters;
    for (const notify::Event::Line& line : event.lines)
      if (!line.cluster.empty()) clusters += (clusters.empty() ? " " : ",") + line.cluster;
    text += clusters;
  }
  return text;
}

}  // namespace flotilla::test
