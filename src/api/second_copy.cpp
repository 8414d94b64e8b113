#include "api/second_copy.h"

#include <dlfcn.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/descriptor_database.h>
#include <google/protobuf/message.h>
#include <unistd.h>

#include <cstdlib>

#include "base/log_sink.h"
#include "hiaiengine/init.h"
#include "proto/ai_types.pb.h"
#include "proto/graph_config.pb.h"

namespace openmatrix {
namespace {

namespace pb = google::protobuf;

// A loaded file; two are the same if they lie at the same place.
struct Object {
  const void* base = nullptr;
  const char* path = "an unknown file";
};

Object ObjectWith(const void* address) {
  Object object;
  Dl_info where;
  if (address == nullptr || ::dladdr(address, &where) == 0) return object;
  object.base = where.dli_fbase;
  if (where.dli_fname != nullptr && where.dli_fname[0] != '\0') object.path = where.dli_fname;
  return object;
}

const char kHere = 0;

// One of our .proto files. Its table goes by an exported name, so the dynamic linker may have put
// that of another object in its place, and then ours is not registered at all.
struct File {
  const char* name;
  const char* message;
  const void* table;
};

// Asks the database of names, not the pool: the pool would remember that there was no answer.
bool IsRegistered(const File& file) {
  pb::DescriptorDatabase* const names = pb::DescriptorPool::internal_generated_database();
  pb::FileDescriptorProto found;
  return names->FindFileByName(file.name, &found) ||
         names->FindFileContainingSymbol(file.message, &found);
}

// REQUIRES: it is registered. The prototype of a message lies in the object that has its class.
Object WhoRegistered(const File& file) {
  const pb::Descriptor* const message =
      pb::DescriptorPool::generated_pool()->FindMessageTypeByName(file.message);
  if (message == nullptr) return Object();
  return ObjectWith(pb::MessageFactory::generated_factory()->GetPrototype(message));
}

void EndIfRegistered(const File& file, const Object& here) {
  if (ObjectWith(file.table).base != here.base || !IsRegistered(file)) return;
  const Object other = WhoRegistered(file);
  if (other.base == here.base) return;
  Log(LogLevel::kFatal,
      "two copies of libmatrix in one process: %s is there, now %s is loaded. Both register the "
      "messages of %s, which protobuf does not allow, so the process ends. Let all parts of the "
      "program find the same file (LD_LIBRARY_PATH, rpath), and link no other copy and no "
      "ai_types.pb.cc or graph_config.pb.cc into one of them",
      other.path, here.path, file.name);
  ::_exit(EXIT_FAILURE);
}

}  // namespace

void NameSecondCopy() {
  const Object here = ObjectWith(&kHere);
  const File files[] = {
      {"proto/ai_types.proto", "hiai.AIConfig", &descriptor_table_proto_2fai_5ftypes_2eproto},
      {"proto/graph_config.proto", "hiai.GraphConfig",
       &descriptor_table_proto_2fgraph_5fconfig_2eproto},
  };
  for (const File& file : files) EndIfRegistered(file, here);

  // By address it is the function that callers get. If that is another's, nobody calls ours.
  const Object used = ObjectWith(reinterpret_cast<const void*>(&HIAI_Init));
  if (used.base == here.base) return;
  Log(LogLevel::kWarning,
      "two copies of libmatrix in one process: %s is used, %s is loaded for nothing. Let all parts "
      "of the program find the same file (LD_LIBRARY_PATH, rpath)",
      used.path, here.path);
}

}  // namespace openmatrix
