// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./Roles.sol";

/// A token (EIP-20) whose supply never exceeds its cap. Minters make more; every holder may burn their own.
contract FungibleToken is Roles {
    string public name;
    string public symbol;
    uint8 public immutable decimals;
    uint256 public immutable cap;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error CapExceeded();
    error BalanceTooLow();
    error AllowanceTooLow();
    error ReceiverMissing();

    constructor(
        string memory name_,
        string memory symbol_,
        address receiver,
        uint8 decimals_,
        uint256 cap_,
        uint256 supply
    ) {
        name = name_;
        symbol = symbol_;
        decimals = decimals_;
        cap = cap_;
        // The cap is not read from the immutable, which has no value yet.
        if (supply > cap_) revert CapExceeded();
        _add(receiver, supply);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        _use(from, value);
        _move(from, to, value);
        return true;
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    function mint(address to, uint256 value) external only(MINTER_ROLE) returns (bool) {
        if (value > cap - totalSupply) revert CapExceeded();
        _add(to, value);
        return true;
    }

    function burn(uint256 value) external {
        _remove(msg.sender, value);
    }

    function burnFrom(address from, uint256 value) external {
        _use(from, value);
        _remove(from, value);
    }

    function _use(address from, uint256 value) private {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed == type(uint256).max) return;
        if (allowed < value) revert AllowanceTooLow();
        allowance[from][msg.sender] = allowed - value;
    }

    function _move(address from, address to, uint256 value) private {
        if (to == address(0)) revert ReceiverMissing();
        if (balanceOf[from] < value) revert BalanceTooLow();
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }

    function _add(address to, uint256 value) private {
        if (to == address(0)) revert ReceiverMissing();
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function _remove(address from, uint256 value) private {
        if (balanceOf[from] < value) revert BalanceTooLow();
        balanceOf[from] -= value;
        totalSupply -= value;
        emit Transfer(from, address(0), value);
    }
}
