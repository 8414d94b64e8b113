// Configurations of graphs, piece by piece.
#pragma once

#include <string>

namespace graph_text {

inline std::string Host(int id, const std::string& name, const std::string& more = "") {
  return "engines { id: " + std::to_string(id) + " engine_name: \"" + name + "\" side: HOST " +
         more + " } ";
}

inline std::string Edge(int from, int to, int to_port = 0) {
  return "connects { src_engine_id: " + std::to_string(from) +
         " target_engine_id: " + std::to_string(to) +
         " target_port_id: " + std::to_string(to_port) + " } ";
}

inline std::string OneGraph(const std::string& body, int id = 1) {
  return "graphs { graph_id: " + std::to_string(id) + " " + body + "} ";
}

}  // namespace graph_text
