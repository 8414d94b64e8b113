// Pieces of configuration texts.
#pragma once

#include <cstdint>
#include <string>

inline std::string HostEngine(std::uint32_t id, const std::string& name,
                              const std::string& more = "") {
  return "engines { id: " + std::to_string(id) + " engine_name: \"" + name + "\" side: HOST " +
         more + " } ";
}

inline std::string DeviceEngine(std::uint32_t id, const std::string& name,
                                const std::string& library) {
  return "engines { id: " + std::to_string(id) + " engine_name: \"" + name +
         "\" side: DEVICE so_name: \"" + OPENMATRIX_TEST_LIBRARIES + "/" + library + ".so\" } ";
}

inline std::string Connect(std::uint32_t source, std::uint32_t target, std::uint32_t graph = 0) {
  return "connects { src_engine_id: " + std::to_string(source) +
         " target_engine_id: " + std::to_string(target) +
         " target_graph_id: " + std::to_string(graph) + " } ";
}

inline std::string GraphText(std::uint32_t id, const std::string& content) {
  return "graphs { graph_id: " + std::to_string(id) + " " + content + "} ";
}
