// A library compiled today without optimisation: its inline constructors of messages are names that
// libmatrix.so has too, and its calls go there.
#include <string>

#include "proto/graph_config.pb.h"

extern "C" const char* RecompiledNames() {
  hiai::GraphConfigList list;
  list.add_graphs()->add_engines()->set_engine_name("engine");
  hiai::AIConfig config;
  config.add_items()->set_name("item");
  static std::string names;
  names = list.graphs(0).engines(0).engine_name() + " " + config.items(0).name();
  return names.c_str();
}
