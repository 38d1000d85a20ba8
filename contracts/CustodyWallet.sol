// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./Assets.sol";

/// An address that only its owner spends from, and that never needs coins for gas: the owner pays it.
contract CustodyWallet is Assets {
    uint256 private constant FUNGIBLE = 0;
    uint256 private constant UNIQUE = 1;
    uint256 private constant MULTI = 2;
    uint256 private constant COINS = 3;

    address public owner;
    /// Bit n stands for the kind n of assets; the highest one for several transfers at once.
    uint8 private _abilities;

    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    error NotOwner();
    error NotAble();
    error OwnerMissing();
    error LengthsDiffer();

    constructor(bool fungible, bool unique, bool multi, bool batch) {
        uint8 abilities = 8;
        if (fungible) abilities |= 1;
        if (unique) abilities |= 2;
        if (multi) abilities |= 4;
        if (batch) abilities |= 16;
        _set(msg.sender, abilities);
    }

    receive() external payable {}

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner();
        _;
    }

    /// Sets the owner of a copy that has none.
    function initialize(address owner_) external {
        if (owner != address(0)) revert NotOwner();
        _set(owner_, 31);
    }

    function transferOwnership(address owner_) external onlyOwner {
        _set(owner_, _abilities);
    }

    function transfer(address token, uint256 kind, address recipient, uint256 amount, uint256 tokenId)
        external
        onlyOwner
    {
        _transfer(token, kind, recipient, amount, tokenId);
    }

    function transferBatch(
        address[] calldata token,
        uint256[] calldata kind,
        address[] calldata recipient,
        uint256[] calldata amount,
        uint256[] calldata tokenId
    ) external onlyOwner {
        if (_abilities & 16 == 0) revert NotAble();
        uint256 count = token.length;
        if (
            kind.length != count || recipient.length != count || amount.length != count || tokenId.length != count
        ) revert LengthsDiffer();
        for (uint256 at = 0; at < count; at++) {
            _transfer(token[at], kind[at], recipient[at], amount[at], tokenId[at]);
        }
    }

    /// Lets a spender take tokens: an amount of a fungible token, one unique token, or all kinds of a contract of many.
    function approve(address token, uint256 kind, address spender, uint256 amount, uint256 tokenId)
        external
        onlyOwner
    {
        if (kind == COINS) revert NotAble();
        _checkAble(kind);
        if (token.code.length == 0) revert TransferFailed();
        // approve(address,uint256)
        if (kind == FUNGIBLE) _callToken(token, abi.encodeWithSelector(0x095ea7b3, spender, amount));
        else if (kind == UNIQUE) IUnique(token).approve(spender, tokenId);
        else IMulti(token).setApprovalForAll(spender, true);
    }

    function _transfer(address token, uint256 kind, address recipient, uint256 amount, uint256 tokenId) private {
        _checkAble(kind);
        if (kind == COINS) _payCoins(recipient, amount);
        else if (kind == FUNGIBLE) _payTokens(token, recipient, amount);
        else _moveItem(kind == UNIQUE, token, address(this), recipient, tokenId, amount);
    }

    function _checkAble(uint256 kind) private view {
        if (kind > COINS || _abilities & (1 << kind) == 0) revert NotAble();
    }

    function _set(address owner_, uint8 abilities) private {
        if (owner_ == address(0)) revert OwnerMissing();
        emit OwnershipTransferred(owner, owner_);
        owner = owner_;
        _abilities = abilities;
    }
}
