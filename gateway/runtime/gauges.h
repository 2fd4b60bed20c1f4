#pragma once
// What the node shows of itself in /metrics, under the names that dashboards know.

#include "gateway/observe/metrics.h"

namespace runtime {

class Node;

// `node` must outlive the registry's last scrape.
void register_gauges(observe::Metrics& metrics, Node& node);

}  // namespace runtime
