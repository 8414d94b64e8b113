// Signatures of device libraries: SHA-256 with RSA (PKCS #1 v1.5), as this makes them:
//   openssl dgst -sha256 -sign key.pem -out libX.so.signature libX.so
//
// Immutable once made; any thread.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace openmatrix {

class PublicKey {
 public:
  // `text` is an RSA key in PEM form ("BEGIN PUBLIC KEY"), or the path of a file that holds one.
  // Fails with kKeyRefused.
  static Result<std::shared_ptr<const PublicKey>> Read(const std::string& text);

  PublicKey(const PublicKey&) = delete;
  PublicKey& operator=(const PublicKey&) = delete;

  // Checks the content of the library at `path` against `<path>.signature`. Fails with
  // kSignatureRefused.
  Status Verify(const std::string& content, const std::string& path) const;

 private:
  struct Free {
    void operator()(void* key) const;
  };

  explicit PublicKey(void* key) : key_(key) {}

  const std::unique_ptr<void, Free> key_;  // EVP_PKEY
};

}  // namespace openmatrix
