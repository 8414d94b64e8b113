// The engines of hello_c. A C program cannot register types or define engines; a library that
// the configuration names does it for it, on both sides.
#include <cctype>

#include "hiaiengine/data_type_reg.h"
#include "hiaiengine/engine.h"
#include "note.h"

template <class Archive>
void serialize(Archive& archive, Note& note) {
  archive(note.number, note.text);
}

HIAI_REGISTER_DATA_TYPE(NOTE_NAME, Note)

class NoteAnswer : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("NoteAnswer", NoteAnswer, 1) {
  auto answer = std::make_shared<Note>(*std::static_pointer_cast<Note>(arg0));
  ++answer->number;
  for (char& c : answer->text) {
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return SendData(0, NOTE_NAME, answer);
}

class NoteEcho : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("NoteEcho", NoteEcho, 1) { return SendData(0, NOTE_NAME, arg0); }
