"""What waits in the outbox, opened with the key file as the courier will: AES-256-GCM, bound to account and reference."""

import base64
import ctypes
import json
import os
import struct
from pathlib import Path

NONCE, TAG = 12, 16
GET_TAG, SET_TAG = 0x10, 0x11  # EVP_CTRL_AEAD_...

crypto = ctypes.CDLL("libcrypto.so.3")
for name, result in (("EVP_CIPHER_CTX_new", ctypes.c_void_p), ("EVP_aes_256_gcm", ctypes.c_void_p), ("EVP_CIPHER_CTX_free", None)):
    getattr(crypto, name).restype = result


def read_key(file: Path, key_id: str) -> bytes:
    for line in file.read_text().splitlines():
        words = line.split()
        if words[:2] == ["encryption", key_id]:
            return base64.urlsafe_b64decode(words[2] + "=" * (-len(words[2]) % 4))
    raise KeyError(key_id)


def place(account_id: int, reference: str) -> bytes:
    """As crypto::Context writes it."""
    def text(value: str) -> bytes:
        return b"t" + struct.pack(">Q", len(value.encode())) + value.encode()
    return text("outbox_message.payload") + b"n" + struct.pack(">q", account_id) + text(reference)


def unseal(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    try:
        nonce, ciphertext, tag = sealed[:NONCE], sealed[NONCE:-TAG], sealed[-TAG:]
        plain, length = ctypes.create_string_buffer(len(ciphertext) + 1), ctypes.c_int()
        rest = ctypes.create_string_buffer(TAG)
        done = [crypto.EVP_DecryptInit_ex(context, ctypes.c_void_p(crypto.EVP_aes_256_gcm()), None, key, nonce),
                crypto.EVP_DecryptUpdate(context, None, ctypes.byref(length), associated, len(associated)),
                crypto.EVP_DecryptUpdate(context, plain, ctypes.byref(length), ciphertext, len(ciphertext)),
                crypto.EVP_CIPHER_CTX_ctrl(context, SET_TAG, TAG, tag),
                crypto.EVP_DecryptFinal_ex(context, rest, ctypes.byref(length))]
        assert done == [1] * len(done), "the payload does not open"
        return plain.raw[:len(ciphertext)]
    finally:
        crypto.EVP_CIPHER_CTX_free(context)


def seal(key: bytes, plain: bytes, associated: bytes) -> bytes:
    nonce, length = os.urandom(NONCE), ctypes.c_int()
    sealed, tag = ctypes.create_string_buffer(len(plain) + 1), ctypes.create_string_buffer(TAG)
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    try:
        done = [crypto.EVP_EncryptInit_ex(context, ctypes.c_void_p(crypto.EVP_aes_256_gcm()), None, key, nonce),
                crypto.EVP_EncryptUpdate(context, None, ctypes.byref(length), associated, len(associated)),
                crypto.EVP_EncryptUpdate(context, sealed, ctypes.byref(length), plain, len(plain)),
                crypto.EVP_EncryptFinal_ex(context, tag, ctypes.byref(length)),
                crypto.EVP_CIPHER_CTX_ctrl(context, GET_TAG, TAG, tag)]
        assert done == [1] * len(done)
        return nonce + sealed.raw[:len(plain)] + tag.raw
    finally:
        crypto.EVP_CIPHER_CTX_free(context)


def seal_payload(keys_file: Path, account_id: int, reference: str, payload: dict) -> tuple[str, bytes]:
    """As the module does: the newest key's id and the sealed bytes."""
    key_id = [line.split()[1] for line in keys_file.read_text().splitlines() if line.startswith("encryption ")][-1]
    return key_id, seal(read_key(keys_file, key_id), json.dumps(payload).encode(), place(account_id, reference))


def open_payload(keys_file: Path, account_id: int, reference: str, key_id: str, payload: bytes) -> dict:
    return json.loads(unseal(read_key(keys_file, key_id), bytes(payload), place(account_id, reference)))
