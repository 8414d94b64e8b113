// Receives the answers, writes the crops as pictures and prints what happened.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include "hiaiengine/data_recv_interface.h"
#include "transfer_types.h"

// What was received so far.
struct CropTally {
  uint64_t pictures = 0;  // with their crops
  uint64_t crops = 0;
  uint64_t failures = 0;  // pictures without crops, or with crops that could not be written
  bool ended = false;     // by the end of the stream

  uint64_t answers() const { return pictures + failures; }
};

// Called by the thread of the engine CropSink; the program waits on its own.
class CropWriter : public hiai::DataRecvInterface {
 public:
  // Crops of pictures with smaller ids than `written_ids` are written to `directory`, the others
  // only counted.
  CropWriter(std::string directory, uint32_t written_ids)
      : directory_(std::move(directory)), written_ids_(written_ids) {}

  HIAI_StatusT RecvData(const std::shared_ptr<void>& message) override;

  // Waits for the end of the stream, or until nothing has come for a long time.
  CropTally WaitForEnd();

 private:
  bool Write(const CropsMessage& answer) const;
  void Count(const CropsMessage& answer, bool good);

  const std::string directory_;
  const uint32_t written_ids_;
  std::mutex mutex_;
  std::condition_variable changed_;
  CropTally tally_;
};
