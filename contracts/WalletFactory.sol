// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./CustodyWallet.sol";

/// Makes custody wallets: small copies (EIP-1167) of one wallet, at addresses that are known before (EIP-1014).
contract WalletFactory {
    /// The first contract that this one creates, so that its address follows from the address of the factory.
    address public immutable original;

    event Created(address addr);
    event CreateFailed(address addr, address owner, string reason);
    event WalletDetails(address addr, address owner, uint256 index);

    error CreationFailed();

    constructor() {
        original = address(new CustodyWallet(true, true, true, true));
    }

    function create(address owner, uint256 index) external {
        _createAt(owner, index);
    }

    function createBatch(address owner, uint256[] calldata index) external {
        for (uint256 at = 0; at < index.length; at++) _createAt(owner, index[at]);
    }

    /// Makes wallets whose addresses nobody knew before.
    function cloneNewWallet(address owner, uint256 count) external {
        for (uint256 at = 0; at < count; at++) {
            bytes memory code = _code();
            address made;
            assembly {
                made := create(0, add(code, 32), mload(code))
            }
            if (made == address(0)) revert CreationFailed();
            CustodyWallet(payable(made)).initialize(owner);
            emit Created(made);
        }
    }

    function getWallet(address owner, uint256 index) public view returns (address addr, bool exists, bytes32 salt) {
        salt = keccak256(abi.encodePacked(owner, index));
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, keccak256(_code())));
        addr = address(uint160(uint256(hash)));
        exists = addr.code.length > 0;
    }

    function getWallets(address owner, uint256[] calldata index)
        external
        view
        returns (address[] memory found, bool[] memory exists, bytes32[] memory salts)
    {
        found = new address[](index.length);
        exists = new bool[](index.length);
        salts = new bytes32[](index.length);
        for (uint256 at = 0; at < index.length; at++) {
            (found[at], exists[at], salts[at]) = getWallet(owner, index[at]);
        }
    }

    function _createAt(address owner, uint256 index) private {
        (address addr, bool exists, bytes32 salt) = getWallet(owner, index);
        if (exists) {
            emit CreateFailed(addr, owner, "exists already");
            return;
        }
        bytes memory code = _code();
        address made;
        assembly {
            made := create2(0, add(code, 32), mload(code), salt)
        }
        if (made != addr) revert CreationFailed();
        CustodyWallet(payable(made)).initialize(owner);
        emit Created(made);
        emit WalletDetails(made, owner, index);
    }

    /// Creation code of a copy (EIP-1167).
    function _code() private view returns (bytes memory) {
        return abi.encodePacked(
            hex"3d602d80600a3d3981f3363d3d373d3d3d363d73", original, hex"5af43d82803e903d91602b57fd5bf3"
        );
    }
}
